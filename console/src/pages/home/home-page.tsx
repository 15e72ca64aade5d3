import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { Can, Page } from '../../components';
import { link } from '../../links';
import { AtAGlance } from './at-a-glance';
import { GettingStarted } from './getting-started';
import { StraysPanel } from './strays-panel';

export function HomePage() {
  const { t } = useTranslation('home');
  return (
    <Page
      title={t('title')}
      description={t('what')}
      actions={
        <Can role="admin">
          <Button variant="primary" href={link.createTask()}>
            {t('createTask')}
          </Button>
        </Can>
      }
    >
      <SpaceBetween size="l">
        <AtAGlance />
        <StraysPanel />
        <GettingStarted />
      </SpaceBetween>
    </Page>
  );
}
