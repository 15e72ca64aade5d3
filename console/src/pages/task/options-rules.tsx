import { useTranslation } from 'react-i18next';

import type { Task } from '../../api';
import { CopyField, LimitWindows } from '../../components';
import { useLimitWords } from '../../use-limit-words';
import { useFormat } from '../../use-format';
import { KeyText } from '../run/key-text';
import { Lines } from './options-places';
import type { Option } from './options-tab';
import { scheduleZone } from './schedule-zone';

export function useCopyOptions({ compare, archived, deletes, real_time }: Task): Option[] {
  const { t } = useTranslation(['task', 'common']);
  return [
    [t('options.compare'), t(`compare.${compare}`)],
    // A deployment from before this option has none.
    ...(archived === undefined ? [] : [[t('options.archived'), t(`archived.${archived}`)] as const]),
    [
      t('options.deletes'),
      deletes === null ? t('options.noDeletes') : t('options.someDeletes', { most: deletes.max_delete }),
    ],
    ...(deletes?.backup_prefix == null
      ? []
      : [[t('options.backup'), <KeyText key="backup" value={deletes.backup_prefix} />] as const]),
    [t('facts.realTime'), t(real_time === null ? 'facts.off' : 'facts.on')],
  ];
}

/** Null when a task has no filters. */
export function useFilterOptions({ filters }: Task): Option[] | null {
  const { t } = useTranslation(['task', 'common']);
  const format = useFormat();
  if (filters == null) return null;
  const list = (values: readonly string[]) => (values.length === 0 ? t('common:none') : <Lines values={values} />);
  const either = (from: string | null, to: string | null) =>
    from === null && to === null ? t('options.any') : `${from ?? '…'} – ${to ?? '…'}`;
  const size = (bytes: number | null) => (bytes === null ? null : format.bytes(bytes));
  const time = (iso: string | null) => (iso === null ? null : format.time(iso));
  return [
    [t('options.include'), list(filters.include)],
    [t('options.exclude'), list(filters.exclude)],
    [t('options.size'), either(size(filters.min_size), size(filters.max_size))],
    [t('options.modified'), either(time(filters.modified_after), time(filters.modified_before))],
    [
      t('options.storageClasses'),
      filters.storage_classes.length === 0 ? t('options.any') : filters.storage_classes.join(', '),
    ],
  ];
}

export function useScheduleOptions({ schedule, next_times }: Task): Option[] {
  const { t } = useTranslation('task');
  const format = useFormat();
  if (schedule === null) return [[t('facts.schedule'), t('facts.noSchedule')]];
  const zone = scheduleZone(schedule);
  return [
    [t('facts.schedule'), <code key="expression">{schedule.expression}</code>],
    [t('options.timezone'), schedule.timezone],
    [
      t('options.nextTimes'),
      next_times.length === 0
        ? t('options.noNextTimes')
        : next_times.map((time) => <div key={time}>{format.time(time, zone)}</div>),
    ],
  ];
}

export function useLimitOptions({ limits }: Task): Option[] {
  const { t } = useTranslation('task');
  const words = useLimitWords();
  if (limits == null) return [[t('options.limits'), t('options.noLimits')]];
  const { bandwidth, requests, timetable, timezone } = limits;
  return [
    [t('options.bandwidth'), words.bandwidth(bandwidth)],
    [t('options.requests'), words.requests(requests)],
    [
      t('options.timetable'),
      timetable.length === 0 ? t('options.noTimetable') : <LimitWindows key="windows" windows={timetable} />,
    ],
    ...(timetable.length === 0 ? [] : [[t('options.timezone'), timezone] as const]),
  ];
}

export function useAlertOptions({ alerts }: Task): Option[] {
  const { t } = useTranslation(['task', 'common']);
  const format = useFormat();
  if (alerts == null) return [[t('options.email'), t('options.noAlerts')]];
  return [
    [t('options.email'), alerts.email ?? t('common:none')],
    [
      t('options.webhook'),
      // Whoever knows it can usually post there.
      alerts.webhook === null ? (
        t('common:none')
      ) : (
        <CopyField key="webhook" bare secret label={t('options.webhook')} value={alerts.webhook} />
      ),
    ],
    [t('options.lag'), alerts.lag_seconds === null ? t('options.noLimit') : format.duration(alerts.lag_seconds)],
  ];
}
