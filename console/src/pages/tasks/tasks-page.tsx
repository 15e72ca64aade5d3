import { useTranslation } from 'react-i18next';

import { Page } from '../../components';

export function TasksPage() {
  const { t } = useTranslation('tasks');
  return <Page title={t('title')}>{null}</Page>;
}
