import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useTranslation } from 'react-i18next';

import { useScheduleTimes } from '../../../api';
import { useErrorText } from '../../../components';
import { useFormat } from '../../../use-format';
import { scheduleOf } from '../model/schedule';
import { useSettled } from '../use-settled';
import { useWizard } from '../wizard-context';

/** The next five times of the schedule, as the API reckons them, a moment after typing stops. */
export function NextTimes() {
  const { t } = useTranslation('createTask');
  const errorText = useErrorText();
  const format = useFormat();
  const { draft } = useWizard();
  const now = JSON.stringify(scheduleOf(draft));
  const settled = useSettled(now, 400);
  const schedule = JSON.parse(settled) as ReturnType<typeof scheduleOf>;
  const times = useScheduleTimes(schedule);

  if (draft.scheduleKind === 'none' || schedule === null) return null;
  const isWaiting = now !== settled || times.isPending;
  return (
    <div aria-live="polite" aria-busy={isWaiting} className="next-times">
      <Box variant="awsui-key-label">{t('schedule.next', { zone: schedule.timezone })}</Box>
      {isWaiting ? (
        <StatusIndicator type="in-progress">{t('schedule.reckoning')}</StatusIndicator>
      ) : times.isError ? (
        <Alert type="error">{errorText(times.error)}</Alert>
      ) : times.data.length === 0 ? (
        <Alert type="warning">{t('schedule.past')}</Alert>
      ) : (
        <ol>
          {times.data.map((time) => (
            <li key={time}>
              {format.time(time, schedule.timezone)} <Box variant="small">{format.ago(time)}</Box>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
