import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { ApiError, fieldMessage, useCloneTask } from '../../api';
import type { Task } from '../../api';
import { ConfirmModal, useNotify } from '../../components';
import { route } from '../../links';
import { useWish } from '../run/use-wish';
import { cloneName, isTaskName } from './clone-name';

/** A task like this one under another name, without its schedule and its notifications. */
export function CloneModal({ task, onDismiss }: { task: Task; onDismiss: () => void }) {
  const { t } = useTranslation('task');
  const navigate = useNavigate();
  const notify = useNotify();
  const [name, setName] = useState(() => cloneName(task.task_id));
  const [problem, setProblem] = useState<string>();
  const { mutateAsync } = useCloneTask();
  const clone = useWish(
    useCallback(
      (token) => mutateAsync({ from: task.task_id, task_id: name, client_token: token }),
      [mutateAsync, task.task_id, name],
    ),
  );

  async function confirm() {
    if (!isTaskName(name)) {
      throw new ApiError(422, 'InvalidName', t('clone.mend'));
    }
    try {
      await clone();
    } catch (error) {
      setProblem(fieldMessage(error, 'task_id'));
      throw error;
    }
    notify.success(t('done.clone', { task: name }));
    await navigate(route.task(name, 'options'));
  }

  return (
    <ConfirmModal
      title={t('clone.title', { task: task.task_id })}
      confirmLabel={t('actions.clone')}
      onConfirm={confirm}
      onDismiss={onDismiss}
    >
      <Box variant="p">{t('clone.text')}</Box>
      <FormField
        label={t('clone.name')}
        constraintText={isTaskName(name) && t('clone.rule')}
        errorText={isTaskName(name) ? problem : t('clone.rule')}
      >
        <Input
          value={name}
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => {
            setName(detail.value);
            setProblem(undefined);
          }}
        />
      </FormField>
    </ConfirmModal>
  );
}
