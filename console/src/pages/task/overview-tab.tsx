import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { isOver, useRun, useTaskRuns } from '../../api';
import type { Run, Task } from '../../api';
import { Loaded } from '../../components';
import { link } from '../../links';
import { EstimateFacts } from '../run/estimate-facts';
import { RunAlerts } from '../run/run-alerts';
import { RunBadge } from '../run/run-badges';
import { RunCharts } from '../run/run-charts';
import { currentPass, newestRealTime } from '../run/run-facts';
import { RunNumbers } from '../run/run-numbers';
import { RealTimeOverview } from './real-time-overview';
import { RouteFacts } from './route-facts';

/** What a task is and how it is doing. */
export function OverviewTab({ task }: { task: Task }) {
  const query = useTaskRuns(task.task_id);
  return (
    <SpaceBetween size="l">
      <RouteFacts task={task} />
      <Loaded query={query}>
        {() => {
          const pass = currentPass(query.runs);
          const live = newestRealTime(query.runs, new Date());
          return (
            <SpaceBetween size="l">
              {pass === null ? <NeverRun /> : <Pass key={pass.run_id} listed={pass} />}
              {(task.real_time !== null || live !== null) && <RealTimeOverview task={task} live={live} />}
            </SpaceBetween>
          );
        }}
      </Loaded>
    </SpaceBetween>
  );
}

function NeverRun() {
  const { t } = useTranslation('task');
  return (
    <Container header={<Header variant="h2">{t('overview.lastRun')}</Header>}>
      <Box color="text-body-secondary">{t('overview.neverRun')}</Box>
    </Container>
  );
}

/** The run under way, or the last one, as it is this moment. */
function Pass({ listed }: { listed: Run }) {
  const { t } = useTranslation('task');
  const run = useRun(listed.run_id).data ?? listed;
  return (
    <SpaceBetween size="l">
      <RunAlerts run={run} failuresHref={link.task(run.task_id, 'failures')} />
      <Container
        header={
          <Header
            variant="h2"
            info={<RunBadge run={run} />}
            actions={<Link href={link.run(run.run_id)}>{t('overview.openRun')}</Link>}
          >
            {t(isOver(run) ? 'overview.lastRun' : 'overview.currentRun')}
          </Header>
        }
      >
        <RunNumbers run={run} />
      </Container>
      <EstimateFacts run={run} />
      {!run.dry_run && <RunCharts run={run} />}
    </SpaceBetween>
  );
}
