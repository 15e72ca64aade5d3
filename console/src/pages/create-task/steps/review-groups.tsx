import type { KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import { useTranslation } from 'react-i18next';

import type { TaskSettings } from '../../../api';
import { LimitWindows } from '../../../components';
import { useLanguage } from '../../../i18n';
import { useLimitWords } from '../../../use-limit-words';
import { useFormat } from '../../../use-format';
import { exampleOf } from '../model/mapping';
import type { StepName } from '../model/steps';
import { useWizard } from '../wizard-context';

type Pair = KeyValuePairsProps.Pair;
type GroupName = 'engine' | 'source' | 'destination' | 'naming' | 'filters' | 'limits' | 'automation';

interface Group {
  name: GroupName;
  step: StepName;
  pairs: Pair[];
}

const SHOWN_LINES = 5;

/** The settings in words, in the order of the steps. */
export function useReviewGroups(settings: TaskSettings): Group[] {
  return [
    { name: 'engine', step: 'engine', pairs: useEngine() },
    { name: 'source', step: 'source', pairs: useSource(settings) },
    { name: 'destination', step: 'destination', pairs: useDestination(settings) },
    { name: 'naming', step: 'options', pairs: useNaming(settings) },
    { name: 'filters', step: 'options', pairs: useFilters(settings) },
    { name: 'limits', step: 'options', pairs: useLimits(settings) },
    { name: 'automation', step: 'options', pairs: useAutomation(settings) },
  ];
}

function useEngine(): Pair[] {
  const { t } = useTranslation('createTask');
  const { deployment } = useWizard().facts;
  return [
    { label: t('engine.engine'), value: deployment.engine },
    {
      label: t('engine.edition'),
      value: `${t(deployment.architecture === 'arm64' ? 'engine.graviton' : 'engine.x86')} (${deployment.architecture})`,
    },
    { label: t('review.stack'), value: `${deployment.stack} · ${deployment.region}` },
  ];
}

function useSource({ source, destination }: TaskSettings): Pair[] {
  const { t } = useTranslation('createTask');
  const language = useLanguage();
  const { draft, facts } = useWizard();
  const region = facts.ossRegions.find((one) => one.region === source.region);
  const name = language === 'zh' ? region?.name_zh : region?.name_en;
  return [
    { label: t('source.bucket'), value: <code>{source.bucket}</code> },
    { label: t('review.keys'), value: useKeys(source.prefix, source.prefixes) },
    { label: t('source.region'), value: name === undefined ? source.region : `${name} · ${source.region}` },
    {
      label: t('endpoint.label'),
      value: (
        <>
          {t(`endpoint.${draft.endpointKind}`)} <code>{source.endpoint ?? region?.endpoint ?? ''}</code>
        </>
      ),
    },
    { label: t('secret.label'), value: <code>{source.secret}</code> },
    { label: t('source.payer'), value: t(source.request_payer ? 'review.yes' : 'review.no') },
    { label: t('metadata.label'), value: t(`metadata.${destination.metadata_policy}`) },
  ];
}

function useKeys(prefix: string, prefixes: string[]) {
  const { t } = useTranslation('createTask');
  if (prefixes.length > 0) return <Lines lines={prefixes} />;
  return prefix === '' ? t('scope.bucket') : <code>{prefix}</code>;
}

function useDestination({ destination }: TaskSettings): Pair[] {
  const { t } = useTranslation('createTask');
  const { draft, facts } = useWizard();
  const region = facts.awsRegions.find((one) => one.region === destination.region);
  const mapped = Object.entries(destination.storage_class_map).filter(([, s3Class]) => s3Class !== null);
  return [
    { label: t('destination.bucket'), value: <code>{destination.bucket}</code> },
    { label: t('destination.region'), value: [region?.name, destination.region].filter(Boolean).join(' · ') },
    {
      label: t('destination.prefix'),
      value: destination.prefix ? <code>{destination.prefix}</code> : t('review.none'),
    },
    { label: t('destination.example'), value: <code>{exampleOf(draft).replica}</code> },
    {
      label: t('storage.label'),
      value: (
        <>
          {t(`s3Class.${destination.storage_class as 'STANDARD'}`)}
          {mapped.map(([ossClass, s3Class]) => (
            <div key={ossClass}>
              {t(`ossClass.${ossClass as 'standard'}`)} → {t(`s3Class.${s3Class as 'STANDARD'}`)}
            </div>
          ))}
        </>
      ),
    },
    {
      label: t('replica.encryption'),
      value: (
        <>
          {t(`encryption.${destination.encryption}`)}{' '}
          {destination.kms_key !== null && <code>{destination.kms_key}</code>}
        </>
      ),
    },
    { label: t('replica.acl'), value: t(`acl.${destination.acl as 'private'}`) },
    { label: t('replica.payer'), value: t(destination.request_payer ? 'review.yes' : 'review.no') },
  ];
}

function useNaming(settings: TaskSettings): Pair[] {
  const { t } = useTranslation('createTask');
  const { deletes } = settings;
  const cap = deletes === null ? t('review.off') : t('review.atMost', { number: deletes.max_delete });
  const backup = deletes?.backup_prefix ? t('review.backup', { prefix: deletes.backup_prefix }) : '';
  return [
    { label: t('naming.name'), value: <code>{settings.task_id}</code> },
    { label: t('naming.description'), value: settings.description || t('review.none') },
    { label: t('copying.compare'), value: t(`compare.${settings.compare}`) },
    { label: t('copying.archived'), value: t(`archived.${settings.archived}`) },
    { label: t('deletes.label'), value: [cap, backup].filter(Boolean).join(' ') },
  ];
}

function useFilters({ filters }: TaskSettings): Pair[] {
  const { t } = useTranslation('createTask');
  const format = useFormat();
  if (filters === null) return [{ label: t('filters.title'), value: t('review.noFilters') }];
  const found: (Pair | null)[] = [
    filters.include.length > 0 ? { label: t('filters.include'), value: <Lines lines={filters.include} /> } : null,
    filters.exclude.length > 0 ? { label: t('filters.exclude'), value: <Lines lines={filters.exclude} /> } : null,
    filters.min_size === null ? null : { label: t('filters.min_size'), value: format.bytes(filters.min_size) },
    filters.max_size === null ? null : { label: t('filters.max_size'), value: format.bytes(filters.max_size) },
    filters.modified_after && { label: t('filters.modified_after'), value: format.time(filters.modified_after) },
    filters.modified_before && { label: t('filters.modified_before'), value: format.time(filters.modified_before) },
    filters.storage_classes.length > 0
      ? {
          label: t('filters.classes'),
          value: filters.storage_classes.map((one) => t(`ossClass.${one as 'IA'}`)).join(', '),
        }
      : null,
  ].map((pair) => pair || null);
  return found.filter((pair) => pair !== null);
}

function useLimits({ limits }: TaskSettings): Pair[] {
  const { t } = useTranslation('createTask');
  const words = useLimitWords();
  if (limits === null) return [{ label: t('limits.title'), value: t('review.noLimits') }];
  const { timetable } = limits;
  return [
    { label: t('limits.bandwidth'), value: words.bandwidth(limits.bandwidth) },
    { label: t('limits.requests'), value: words.requests(limits.requests) },
    {
      label: timetable.length === 0 ? t('limits.timetable') : `${t('limits.timetable')} (${limits.timezone})`,
      value: timetable.length === 0 ? t('review.none') : <LimitWindows windows={timetable} />,
    },
  ];
}

function useAutomation({ schedule, alerts }: TaskSettings): Pair[] {
  const { t } = useTranslation('createTask');
  const format = useFormat();
  const { draft } = useWizard();
  return [
    {
      label: t('schedule.label'),
      value: schedule === null ? t('schedule.none') : <code>{`${schedule.expression} · ${schedule.timezone}`}</code>,
    },
    { label: t('realTime.title'), value: t(draft.realTime ? 'review.on' : 'review.off') },
    { label: t('alerts.email'), value: alerts?.email ?? t('review.none') },
    { label: t('alerts.webhook'), value: alerts?.webhook ? <code>{alerts.webhook}</code> : t('review.none') },
    {
      label: t('alerts.lag'),
      value: alerts?.lag_seconds ? format.duration(alerts.lag_seconds) : t('review.none'),
    },
  ];
}

function Lines({ lines }: { lines: string[] }) {
  const { t } = useTranslation('createTask');
  const format = useFormat();
  return (
    <>
      {lines.slice(0, SHOWN_LINES).map((line) => (
        <div key={line}>
          <code>{line}</code>
        </div>
      ))}
      {lines.length > SHOWN_LINES && t('list.more', { number: format.number(lines.length - SHOWN_LINES) })}
    </>
  );
}
