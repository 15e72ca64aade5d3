import { useTranslation } from 'react-i18next';

import { Page } from '../../components';

export function RunPage() {
  const { t } = useTranslation('run');
  return <Page title={t('title')}>{null}</Page>;
}
