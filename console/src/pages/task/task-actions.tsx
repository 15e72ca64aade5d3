import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { useDeployment, useRunAction, useStartRun } from '../../api';
import type { Run, Task } from '../../api';
import { useUser } from '../../auth/session';
import { useNotify } from '../../components';
import { route } from '../../links';
import { StopModal } from '../run/run-actions';
import { useWish } from '../run/use-wish';
import { CloneModal } from './clone-modal';
import { DeleteModal } from './delete-modal';
import { actionsOf } from './task-action-list';
import type { TaskAction } from './task-action-list';

/** What can be done with a task: by the user's role, and by what its run allows. */
export function TaskActions({ task, pass }: { task: Task; pass: Run | null }) {
  const { t } = useTranslation('task');
  const { role } = useUser();
  const { data: deployment } = useDeployment();
  const { isStarting, start } = useStart(task.task_id);
  const [asked, setAsked] = useState<'stop' | 'clone' | 'delete' | null>(null);
  const actions = actionsOf(pass, role);
  const act = useAct(task, pass, start, setAsked);
  const inMenu = actions.filter(({ action }) => action !== 'run');
  const run = actions.find(({ action }) => action === 'run');
  const close = () => setAsked(null);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {deployment?.dashboard_url && (
        <Button href={deployment.dashboard_url} target="_blank" rel="noopener noreferrer" external>
          {t('actions.dashboard')}
        </Button>
      )}
      {inMenu.length > 0 && (
        <ButtonDropdown
          items={inMenu.map(({ action, disabled }) => ({
            id: action,
            text: t(`actions.${action}`),
            disabled: disabled !== null,
            disabledReason: disabled === null ? undefined : t(`disabled.${disabled}`),
          }))}
          onItemClick={({ detail }) => act(detail.id as TaskAction)}
        >
          {t('actions.title')}
        </ButtonDropdown>
      )}
      {run !== undefined && (
        <Button
          variant="primary"
          loading={isStarting}
          disabled={run.disabled !== null}
          disabledReason={run.disabled === null ? undefined : t(`disabled.${run.disabled}`)}
          onClick={() => act('run')}
        >
          {t('actions.run')}
        </Button>
      )}
      {asked === 'stop' && pass !== null && <StopModal runId={pass.run_id} onDismiss={close} />}
      {asked === 'clone' && <CloneModal task={task} onDismiss={close} />}
      {asked === 'delete' && <DeleteModal taskId={task.task_id} onDismiss={close} />}
    </SpaceBetween>
  );
}

function useAct(
  task: Task,
  pass: Run | null,
  start: (isDryRun: boolean) => Promise<void>,
  setAsked: (asked: 'stop' | 'clone' | 'delete') => void,
): (action: TaskAction) => void {
  const { t } = useTranslation('run');
  const navigate = useNavigate();
  const notify = useNotify();
  const change = useRunAction();
  return (action) => {
    if (action === 'run' || action === 'dry_run') void start(action === 'dry_run');
    else if (action === 'edit') void navigate(route.editTask(task.task_id));
    else if (action === 'pause' || action === 'resume') {
      if (pass === null) return;
      change.mutate(
        { runId: pass.run_id, action },
        { onSuccess: () => notify.success(t(`done.${action}`)), onError: notify.error },
      );
    } else setAsked(action);
  };
}

function useStart(taskId: string) {
  const { t } = useTranslation('task');
  const navigate = useNavigate();
  const notify = useNotify();
  const { mutateAsync, isPending } = useStartRun();
  const full = useWish(
    useCallback((token) => mutateAsync({ taskId, dry_run: false, client_token: token }), [mutateAsync, taskId]),
  );
  const dry = useWish(
    useCallback((token) => mutateAsync({ taskId, dry_run: true, client_token: token }), [mutateAsync, taskId]),
  );
  const start = async (isDryRun: boolean) => {
    try {
      const run = await (isDryRun ? dry() : full());
      notify.success(t(isDryRun ? 'done.dryRun' : 'done.run'));
      if (isDryRun) await navigate(route.run(run.run_id));
    } catch (error) {
      notify.error(error);
    }
  };
  return { isStarting: isPending, start };
}
