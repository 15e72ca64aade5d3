import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';

import { ApiError, useRun } from '../../api';
import type { Run } from '../../api';
import { CopyField, Loaded, Page } from '../../components';
import { link } from '../../links';
import { Missing } from './missing';
import { EstimateFacts } from './estimate-facts';
import { FailuresPanel } from './failures-panel';
import { LagFacts } from './lag-facts';
import { RunActions } from './run-actions';
import { RunAlerts } from './run-alerts';
import { RunBadge } from './run-badges';
import { RunCharts } from './run-charts';
import { taskOfRunId } from './run-facts';
import { RunNumbers } from './run-numbers';

export function RunPage() {
  const { t } = useTranslation('run');
  const { runId = '' } = useParams();
  const query = useRun(runId);
  const taskId = query.data?.task_id ?? taskOfRunId(runId);
  const trail = [
    { text: t('tasks'), href: link.tasks() },
    ...(taskId === null ? [] : [{ text: taskId, href: link.task(taskId) }]),
  ];
  if (query.data === undefined && query.error instanceof ApiError && query.error.status === 404) {
    return (
      <Page title={runId} trail={trail}>
        <Missing title={t('missing.title')} back={taskId === null ? link.tasks() : link.task(taskId, 'runs')}>
          {t('missing.text')}
        </Missing>
      </Page>
    );
  }
  return (
    <Page
      title={runId}
      trail={trail}
      description={query.data && <Described run={query.data} />}
      actions={query.data && <RunActions run={query.data} />}
    >
      <Loaded query={query}>{(run) => <RunDetails run={run} />}</Loaded>
    </Page>
  );
}

function Described({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  return (
    <>
      <RunBadge run={run} /> {t('ofTask')} <Link href={link.task(run.task_id)}>{run.task_id}</Link>
    </>
  );
}

function RunDetails({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const toFailures = () => document.getElementById('failures')?.scrollIntoView({ behavior: 'smooth' });
  const hasFailures = run.counts.failed > 0;
  return (
    <SpaceBetween size="l">
      <RunAlerts run={run} failuresHref={null} />
      <EstimateFacts run={run} />
      <Container
        header={
          <Header
            variant="h2"
            actions={hasFailures && <Button onClick={toFailures}>{t('alerts.showFailures')}</Button>}
          >
            {t('facts.title')}
          </Header>
        }
      >
        <SpaceBetween size="l">
          <RunNumbers run={run} />
          <CopyField label={t('facts.runId')} value={run.run_id} />
        </SpaceBetween>
      </Container>
      {run.real_time && (
        <Container
          header={
            <Header variant="h2" description={t('lag.about')}>
              {t('lag.title')}
            </Header>
          }
        >
          <LagFacts run={run} />
        </Container>
      )}
      {!run.dry_run && <RunCharts run={run} />}
      {!run.dry_run && (
        <div id="failures">
          <Container header={<Header variant="h2">{t('failures.title')}</Header>}>
            <FailuresPanel run={run} />
          </Container>
        </div>
      )}
    </SpaceBetween>
  );
}
