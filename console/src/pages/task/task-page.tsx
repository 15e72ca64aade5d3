import { useTranslation } from 'react-i18next';

import { Page } from '../../components';

export function TaskPage() {
  const { t } = useTranslation('task');
  return <Page title={t('title')}>{null}</Page>;
}
