import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { useRunAction, useStartRun } from '../../api';
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

interface Item {
  id: TaskAction;
  text: string;
  disabled: boolean;
  disabledReason: string | undefined;
}

interface TaskActionSet {
  /** What the user's role and the run of the task allow, for a menu. */
  actions: Item[];
  act: (id: string) => void;
  isStarting: boolean;
  /** The question before an action, while it is asked; to be rendered anywhere. */
  question: ReactNode;
}

/** What can be done with a task: by the user's role, and by what its run (`pass`) allows. */
export function useTaskActions(task: Task, pass: Run | null): TaskActionSet {
  const { t } = useTranslation(['task', 'run']);
  const navigate = useNavigate();
  const notify = useNotify();
  const { role } = useUser();
  const change = useRunAction();
  const { isStarting, start } = useStart(task.task_id);
  const [asked, setAsked] = useState<'stop' | 'clone' | 'delete' | null>(null);
  const close = () => setAsked(null);

  function act(id: string) {
    const action = id as TaskAction;
    if (action === 'run' || action === 'dry_run') void start(action === 'dry_run');
    else if (action === 'edit') void navigate(route.editTask(task.task_id));
    else if (action === 'pause' || action === 'resume') {
      if (pass === null) return;
      const done = () => notify.success(t(`run:done.${action}`));
      change.mutate({ runId: pass.run_id, action }, { onSuccess: done, onError: notify.error });
    } else setAsked(action);
  }

  return {
    actions: actionsOf(pass, role).map(({ action, disabled }) => ({
      id: action,
      text: t(`task:actions.${action}`),
      disabled: disabled !== null,
      disabledReason: disabled === null ? undefined : t(`task:disabled.${disabled}`),
    })),
    act,
    isStarting,
    question: (
      <>
        {asked === 'stop' && pass !== null && <StopModal runId={pass.run_id} onDismiss={close} />}
        {asked === 'clone' && <CloneModal task={task} onDismiss={close} />}
        {asked === 'delete' && <DeleteModal taskId={task.task_id} onDismiss={close} />}
      </>
    ),
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

  async function start(isDryRun: boolean) {
    try {
      const run = await (isDryRun ? dry() : full());
      notify.success(t(isDryRun ? 'done.dryRun' : 'done.run'));
      if (isDryRun) await navigate(route.run(run.run_id));
    } catch (error) {
      notify.error(error);
    }
  }
  return { isStarting: isPending, start };
}
