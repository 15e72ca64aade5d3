import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { Page } from '../components';
import { link } from '../links';

export function NotFoundPage() {
  const { t } = useTranslation('shell');
  return (
    <Page title={t('notFoundTitle')}>
      <SpaceBetween size="m">
        <p>{t('notFound')}</p>
        <Button href={link.home()}>{t('toHome')}</Button>
      </SpaceBetween>
    </Page>
  );
}
