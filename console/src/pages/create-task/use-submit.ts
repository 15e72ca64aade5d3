import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { ApiError, clientToken, useCreateTask, useEditTask, useSetRealTime, useStartRun } from '../../api';
import type { TaskSettings } from '../../api';
import { useErrorText, useNotify } from '../../components';
import { route } from '../../links';
import { realTimeOf } from './model/settings';
import type { TaskWizardState } from './use-task-wizard';
import type { Mode } from './wizard-context';

/** Creating or changing the task, and what follows: notifications, a first run, the task's page. */
export function useSubmit(mode: Mode, wizard: TaskWizardState) {
  const { t } = useTranslation('createTask');
  const { settings, draft } = wizard;
  const create = useCreateTask();
  const edit = useEditTask();
  const follow = useFollowUp(settings.task_id);
  const notify = useNotify();
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ error: unknown; settings: TaskSettings } | null>(null);
  // State comes too late for a second click in the same moment.
  const isUnderWay = useRef(false);
  const isDone = useRef(false);

  async function submit() {
    if (isUnderWay.current || !wizard.isComplete()) return;
    isUnderWay.current = true;
    setBusy(true);
    setFailure(null);
    try {
      if (mode.kind === 'edit') await edit.mutateAsync({ settings, revision: wizard.revision ?? '' });
      else await create.mutateAsync({ ...settings, client_token: wizard.tokenOfWish() });
    } catch (error) {
      setFailure({ error, settings });
      if (error instanceof ApiError) wizard.refuse(fieldsOf(error, mode));
      setBusy(false);
      isUnderWay.current = false;
      return;
    }
    isDone.current = true;
    wizard.forget();
    notify.success(t(mode.kind === 'edit' ? 'done.saved' : 'done.created', { task: settings.task_id }));
    if (mode.kind !== 'edit') await follow(draft);
    await navigate(route.task(settings.task_id));
  }

  // What was refused is not what is there now.
  const error = failure?.settings === settings ? failure.error : null;
  return { submit, isBusy, error, isDone };
}

/** A name that is taken is the name's problem. */
function fieldsOf(error: ApiError, mode: Mode) {
  const isTaken = error.status === 409 && mode.kind !== 'edit' && error.fields.length === 0;
  return isTaken ? [{ field: 'task_id', message: error.message }] : error.fields;
}

/** What was asked for besides the task. The task is there: what fails is said, and may be done again on its page. */
function useFollowUp(taskId: string) {
  const { t } = useTranslation('createTask');
  const errorText = useErrorText();
  const notify = useNotify();
  const setRealTime = useSetRealTime(taskId);
  const startRun = useStartRun();

  return async (draft: TaskWizardState['draft']) => {
    const realTime = realTimeOf(draft);
    try {
      if (realTime !== null) await setRealTime.mutateAsync(realTime);
    } catch (error) {
      notify.warning(t('done.realTimeFailed', { reason: errorText(error) }));
    }
    try {
      if (draft.startNow) await startRun.mutateAsync({ taskId, dry_run: false, client_token: clientToken() });
    } catch (error) {
      notify.warning(t('done.runFailed', { reason: errorText(error) }));
    }
  };
}
