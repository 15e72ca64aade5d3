import Box from '@cloudscape-design/components/box';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { useDeleteTask } from '../../api';
import { ConfirmModal, useNotify } from '../../components';
import { route } from '../../links';

export function DeleteModal({ taskId, onDismiss }: { taskId: string; onDismiss: () => void }) {
  const { t } = useTranslation(['task', 'common']);
  const navigate = useNavigate();
  const notify = useNotify();
  const remove = useDeleteTask();
  return (
    <ConfirmModal
      title={t('delete.title', { task: taskId })}
      confirmLabel={t('common:delete')}
      typed={taskId}
      onConfirm={async () => {
        await remove.mutateAsync(taskId);
        notify.success(t('done.delete', { task: taskId }));
        await navigate(route.tasks());
      }}
      onDismiss={onDismiss}
    >
      <Box variant="p">{t('delete.text')}</Box>
    </ConfirmModal>
  );
}
