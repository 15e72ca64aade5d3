import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { isMoving, isOver } from '../../api';
import type { Run } from '../../api';
import { StateBadge } from '../../components';
import { useFormat } from '../../use-format';
import { PassProgress } from './pass-progress';

/** How far a run is, and how its objects ended. */
export function RunNumbers({ run }: { run: Run }) {
  return (
    <SpaceBetween size="l">
      {!run.real_time && !run.dry_run && <PassProgress run={run} />}
      <RunTimes run={run} />
      <RunCounts run={run} />
    </SpaceBetween>
  );
}

function RunTimes({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const { progress, found } = run;
  const pairs: [string, ReactNode][] = [
    [t('facts.state'), <StateBadge key="state" state={run.state} />],
    [
      t('facts.started'),
      <Hinted key="started" value={format.time(run.started_at)} hint={format.ago(run.started_at)} />,
    ],
  ];
  if (isOver(run)) {
    pairs.push([t('facts.ended'), format.time(run.ended_at)]);
    pairs.push([t('facts.duration'), format.duration(run.seconds)]);
  } else if (!run.real_time) {
    pairs.push([t('facts.running'), format.duration(run.seconds)]);
  }
  if (isMoving(run)) {
    pairs.push([
      t('facts.rate'),
      <Hinted
        key="rate"
        value={format.rate(progress.bytes_per_second)}
        hint={t('facts.objectRate', { rate: format.number(progress.objects_per_second, 1) })}
      />,
    ]);
    if (!run.real_time && !run.dry_run) {
      pairs.push([
        t('facts.eta'),
        progress.eta_seconds === null ? t('facts.unknown') : format.duration(progress.eta_seconds),
      ]);
    }
    if (progress.oldest_pending_seconds !== null) {
      pairs.push([t('facts.oldestPending'), format.duration(progress.oldest_pending_seconds)]);
    }
  }
  if (!run.real_time) {
    pairs.push([
      t(found.is_final ? 'facts.found' : 'facts.foundSoFar'),
      <Hinted
        key="found"
        value={t('objects', { count: found.objects, number: format.number(found.objects) })}
        hint={format.bytes(found.bytes)}
      />,
    ]);
    pairs.push([
      t('facts.planned'),
      <Hinted
        key="planned"
        value={t('objects', { count: found.planned_objects, number: format.number(found.planned_objects) })}
        hint={format.bytes(found.planned_bytes)}
      />,
    ]);
    if (found.extra > 0 && !run.dry_run) pairs.push([t('facts.extra'), format.number(found.extra)]);
  }
  return <Pairs label={t('facts.title')} pairs={pairs} />;
}

function RunCounts({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const { counts } = run;
  if (run.dry_run) return null;
  const plain = ['current', 'deleted', 'gone', 'failed'] as const;
  const rare = (['excluded', 'archived', 'unverified', 'metadata_dropped'] as const).filter(
    (name) => name === 'unverified' || counts[name] > 0,
  );
  const pairs: [string, ReactNode][] = [
    [
      t('counts.copied'),
      <Hinted key="copied" value={format.number(counts.copied)} hint={format.bytes(counts.bytes)} />,
    ],
    ...[...plain, ...rare].map((name): [string, ReactNode] => [
      t(`counts.${name}`),
      <Hinted
        key={name}
        value={
          <Box color={name === 'failed' && counts.failed > 0 ? 'text-status-error' : 'inherit'}>
            {format.number(counts[name])}
          </Box>
        }
        hint={name === 'failed' && counts.failed === 0 ? null : t(`countHints.${name}`)}
      />,
    ]),
  ];
  return <Pairs label={t('counts.title')} pairs={pairs} />;
}

/** Facts in as many columns as there is room for. */
export function Pairs({ label, pairs }: { label: string; pairs: readonly (readonly [string, ReactNode])[] }) {
  return (
    <KeyValuePairs
      ariaLabel={label}
      columns={4}
      minColumnWidth={150}
      items={pairs.map(([name, value]) => ({ label: name, value }))}
    />
  );
}

export function Hinted({ value, hint }: { value: ReactNode; hint: ReactNode }) {
  return (
    <>
      <div>{value}</div>
      <Box variant="small" color="text-body-secondary">
        {hint}
      </Box>
    </>
  );
}
