import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';

import { Page } from '../../components';

export function CreateTaskPage() {
  const { t } = useTranslation('createTask');
  return <Page title={t('title')}>{null}</Page>;
}

/** The same steps over an existing task. */
export function EditTaskPage() {
  const { t } = useTranslation('createTask');
  const { taskId = '' } = useParams();
  return <Page title={t('editTitle', { task: taskId })}>{null}</Page>;
}
