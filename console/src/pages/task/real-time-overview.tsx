import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { useRun } from '../../api';
import type { Run, Task } from '../../api';
import { link } from '../../links';
import { useFormat } from '../../use-format';
import { LagFacts } from '../run/lag-facts';
import { RunAlerts } from '../run/run-alerts';
import { RunCharts } from '../run/run-charts';
import { RunNumbers } from '../run/run-numbers';

interface Props {
  task: Task;
  live: { run: Run; isToday: boolean } | null;
}

/** What notifications brought today, and how far behind. */
export function RealTimeOverview({ task, live }: Props) {
  const { t } = useTranslation('task');
  const format = useFormat();
  if (live?.isToday === true) return <Today key={live.run.run_id} listed={live.run} />;
  return (
    <Container header={<Header variant="h2">{t('overview.realTime')}</Header>}>
      <SpaceBetween size="s">
        {task.real_time !== null && (
          <Alert type="info">
            {t(live === null ? 'overview.nothingHeard' : 'overview.nothingToday')}{' '}
            <Link href={link.task(task.task_id, 'real-time')}>{t('overview.setUp')}</Link>
          </Alert>
        )}
        {task.real_time === null && <Box color="text-body-secondary">{t('overview.realTimeOff')}</Box>}
        {live !== null && (
          <Box>
            {t('overview.lastHeard')} <Link href={link.run(live.run.run_id)}>{format.date(live.run.started_at)}</Link>
          </Box>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Today({ listed }: { listed: Run }) {
  const { t } = useTranslation('task');
  const run = useRun(listed.run_id).data ?? listed;
  return (
    <SpaceBetween size="l">
      <RunAlerts run={run} failuresHref={`${link.task(run.task_id, 'failures')}&run=${run.run_id}`} />
      <Container
        header={
          <Header
            variant="h2"
            description={t('overview.utcDay')}
            actions={<Link href={link.run(run.run_id)}>{t('overview.openRun')}</Link>}
          >
            {t('overview.realTimeToday')}
          </Header>
        }
      >
        <SpaceBetween size="l">
          <RunNumbers run={run} />
          <LagFacts run={run} />
        </SpaceBetween>
      </Container>
      <RunCharts run={run} />
    </SpaceBetween>
  );
}
