import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useTranslation } from 'react-i18next';

import { useTaskRuns } from '../../../api';
import type { Task } from '../../../api';
import { link } from '../../../links';
import { useFormat } from '../../../use-format';
import { endedObjects, newestRealTime } from '../../run/run-facts';

/** Whether notifications arrive, which is how somebody sees that the set-up works. */
export function Heard({ task }: { task: Task }) {
  const { t } = useTranslation('task');
  const format = useFormat();
  const query = useTaskRuns(task.task_id);
  if (query.data === undefined) return null;
  const live = newestRealTime(query.runs, new Date());
  const number = live === null ? 0 : endedObjects(live.run);
  return (
    <Container header={<Header variant="h2">{t('realTime.onTitle')}</Header>}>
      {live?.isToday === true ? (
        <StatusIndicator type="success">
          {t('realTime.heardToday', { count: number, number: format.number(number) })}{' '}
          <Link href={link.run(live.run.run_id)}>{t('realTime.details')}</Link>
        </StatusIndicator>
      ) : (
        <>
          <StatusIndicator type="pending">
            {t(live === null ? 'realTime.heardNever' : 'realTime.heardNotToday')}
          </StatusIndicator>
          <Box variant="p" color="text-body-secondary">
            {t('realTime.tryIt')}
          </Box>
        </>
      )}
    </Container>
  );
}
