import './create-task.css';

import Alert from '@cloudscape-design/components/alert';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';

import { useAwsRegions, useDeployment, useOssRegions, useTask } from '../../api';
import type { Task } from '../../api';
import { useCan } from '../../auth/session';
import { Loaded, Page } from '../../components';
import { link } from '../../links';
import { usePage } from '../../shell/page-context';
import { emptyDraft } from './model/draft';
import type { Draft } from './model/draft';
import { cloneOf, draftOf } from './model/settings';
import { browserTimezone } from './model/timezones';
import { TaskWizard } from './task-wizard';
import type { Facts, Mode } from './wizard-context';

/** A new task; with `?from=TASK` one like another. */
export function CreateTaskPage() {
  const { t } = useTranslation('createTask');
  const [search] = useSearchParams();
  const from = search.get('from');
  usePage(t('title'), [{ text: t('tasks'), href: link.tasks() }]);
  return (
    <ForAdmins>
      {from === null ? (
        <Wizard mode={{ kind: 'create' }} task={null} reload={() => Promise.resolve(null)} />
      ) : (
        <Clone from={from} />
      )}
    </ForAdmins>
  );
}

/** The same steps over a task that is there. */
export function EditTaskPage() {
  const { t } = useTranslation('createTask');
  const { taskId = '' } = useParams();
  usePage(t('editCrumb'), [
    { text: t('tasks'), href: link.tasks() },
    { text: taskId, href: link.task(taskId) },
  ]);
  return (
    <ForAdmins>
      <Edit key={taskId} taskId={taskId} />
    </ForAdmins>
  );
}

function Clone({ from }: { from: string }) {
  const task = useTask(from);
  return (
    <Loaded query={task}>
      {(found) => <Wizard mode={{ kind: 'clone', from }} task={found} reload={reloadOf(task)} />}
    </Loaded>
  );
}

function Edit({ taskId }: { taskId: string }) {
  const task = useTask(taskId);
  return (
    <Loaded query={task}>
      {(found) => <Wizard mode={{ kind: 'edit', task: found }} task={found} reload={reloadOf(task)} />}
    </Loaded>
  );
}

type Reload = () => Promise<Task | null>;

function reloadOf(query: ReturnType<typeof useTask>): Reload {
  return async () => (await query.refetch()).data ?? null;
}

function ForAdmins({ children }: { children: React.ReactNode }) {
  const { t } = useTranslation('createTask');
  if (useCan('admin')) return children;
  return (
    <Page title={t('title')}>
      <Alert type="info">{t('adminsOnly')}</Alert>
    </Page>
  );
}

function Wizard(props: { mode: Mode; task: Task | null; reload: Reload }) {
  const deployment = useDeployment();
  const ossRegions = useOssRegions();
  const awsRegions = useAwsRegions();
  return (
    <Loaded query={deployment}>
      {(found) => (
        <Loaded query={ossRegions}>
          {(oss) => (
            <Loaded query={awsRegions}>
              {(aws) => <Started {...props} facts={{ deployment: found, ossRegions: oss, awsRegions: aws }} />}
            </Loaded>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

/** Begins once, with the task as it is then: what arrives later does not change what is being typed. */
function Started({ mode, task, facts, reload }: { mode: Mode; task: Task | null; facts: Facts; reload: Reload }) {
  const [start, setStart] = useState(() => ({ number: 0, mode, initial: initialOf(mode, task, facts) }));

  async function restart() {
    const now = (await reload()) ?? task;
    const nextMode = mode.kind === 'edit' && now !== null ? { ...mode, task: now } : mode;
    setStart(({ number }) => ({ number: number + 1, mode: nextMode, initial: initialOf(nextMode, now, facts) }));
  }

  return (
    <TaskWizard
      key={start.number}
      mode={start.mode}
      facts={facts}
      initial={start.initial}
      storageKey={keyOf(mode)}
      onRestart={() => void restart()}
    />
  );
}

function initialOf(mode: Mode, task: Task | null, facts: Facts): Draft {
  const timezone = browserTimezone();
  if (task === null) return firstDraft(timezone, facts);
  const draft = draftOf(task, facts.ossRegions, timezone);
  return mode.kind === 'clone' ? { ...cloneOf(draft), startNow: true } : draft;
}

/** The deployment's region is the usual one, and its only bucket, if it has one, is the one that is meant. */
function firstDraft(timezone: string, { deployment }: Facts): Draft {
  const { replica_buckets: buckets, region } = deployment;
  return { ...emptyDraft(timezone), region, bucket: buckets.length === 1 ? (buckets[0] ?? '') : '' };
}

function keyOf(mode: Mode): string {
  if (mode.kind === 'edit') return `edit.${mode.task.task_id}`;
  return mode.kind === 'clone' ? `clone.${mode.from}` : 'create';
}
