import { useTranslation } from 'react-i18next';

import { Page } from '../../components';
import { AuditTable } from './audit-table';

export function AuditPage() {
  const { t } = useTranslation('audit');
  return (
    <Page title={t('title')} description={t('about')}>
      <AuditTable />
    </Page>
  );
}
