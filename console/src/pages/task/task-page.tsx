import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';

import { ApiError, useTask, useTaskRuns } from '../../api';
import type { Task } from '../../api';
import { LoadError, Loaded, Page, StateBadge } from '../../components';
import { link } from '../../links';
import { Missing } from '../run/missing';
import { currentPass } from '../run/run-facts';
import { AuditTab } from './audit-tab';
import { FailuresTab } from './failures-tab';
import { OptionsTab } from './options-tab';
import { OverviewTab } from './overview-tab';
import { RealTimeTab } from './real-time/real-time-tab';
import { RunsTab } from './runs-tab';
import { tabOf } from './tabs';
import type { Tab } from './tabs';
import { TaskActions } from './task-actions';

export function TaskPage() {
  const { taskId = '' } = useParams();
  const query = useTask(taskId);
  if (query.data === undefined && query.error instanceof ApiError && query.error.status === 404) {
    return <DeletedTask taskId={taskId} />;
  }
  return <ExistingTask key={taskId} taskId={taskId} query={query} />;
}

function ExistingTask({ taskId, query }: { taskId: string; query: ReturnType<typeof useTask> }) {
  const { t } = useTranslation('task');
  const runs = useTaskRuns(taskId);
  const pass = currentPass(runs.runs);
  return (
    <Page
      title={taskId}
      trail={[{ text: t('tasks'), href: link.tasks() }]}
      description={query.data && <span className="plain-text">{query.data.description}</span>}
      info={runs.data !== undefined && <StateBadge state={pass?.state ?? null} />}
      actions={query.data && <TaskActions task={query.data} pass={pass} />}
    >
      <Loaded query={query}>{(task) => <TaskTabs task={task} />}</Loaded>
    </Page>
  );
}

function TaskTabs({ task }: { task: Task }) {
  const { t } = useTranslation('task');
  const [search, setSearch] = useSearchParams();
  const chosen = tabOf(search);
  const open = (tab: string) => setSearch(tab === 'overview' ? {} : { tab });
  const tab = (id: Tab, content: React.ReactNode) => ({
    id,
    label: t(`tabs.${id}`),
    content: chosen === id ? content : null,
  });
  return (
    <Tabs
      activeTabId={chosen}
      onChange={({ detail }) => open(detail.activeTabId)}
      tabs={[
        tab('overview', <OverviewTab task={task} />),
        tab('runs', <RunsTab taskId={task.task_id} />),
        tab('failures', <FailuresTab taskId={task.task_id} />),
        tab('real-time', <RealTimeTab task={task} />),
        tab('options', <OptionsTab task={task} />),
        tab('audit', <AuditTab taskId={task.task_id} />),
      ]}
    />
  );
}

/** What is left of a task that is not there any more: its runs and its changes. */
function DeletedTask({ taskId }: { taskId: string }) {
  const { t } = useTranslation('task');
  const runs = useTaskRuns(taskId);
  const [search, setSearch] = useSearchParams();
  const chosen = ['failures', 'audit'].find((tab) => tab === search.get('tab')) ?? 'runs';
  const isUnknown = runs.error instanceof ApiError && runs.error.status === 404;
  const page = { title: taskId, trail: [{ text: t('tasks'), href: link.tasks() }] };
  if (runs.data === undefined && !isUnknown) {
    return <Page {...page}>{runs.error !== null && <LoadError error={runs.error} onRetry={runs.refetch} />}</Page>;
  }
  if (isUnknown || runs.runs.length === 0) {
    return (
      <Page {...page}>
        <Missing title={t('missing.title')} back={link.tasks()}>
          {t('missing.text')}
        </Missing>
      </Page>
    );
  }
  return (
    <Page {...page}>
      <SpaceBetween size="l">
        <Alert type="info" header={t('deleted.title')}>
          {t('deleted.text')}
        </Alert>
        <Tabs
          activeTabId={chosen}
          onChange={({ detail }) => setSearch({ tab: detail.activeTabId })}
          tabs={[
            { id: 'runs', label: t('tabs.runs'), content: <RunsTab taskId={taskId} /> },
            { id: 'failures', label: t('tabs.failures'), content: <FailuresTab taskId={taskId} /> },
            { id: 'audit', label: t('tabs.audit'), content: <AuditTab taskId={taskId} /> },
          ]}
        />
      </SpaceBetween>
    </Page>
  );
}
