import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { Page } from '../../components';
import { AccountPanel } from './account-panel';
import { DeploymentPanel } from './deployment-panel';
import { DisplayPanel } from './display-panel';
import { PasswordPanel } from './password-panel';

export function SettingsPage() {
  const { t } = useTranslation('settings');
  return (
    <Page title={t('title')}>
      <SpaceBetween size="l">
        <DisplayPanel />
        <AccountPanel />
        <PasswordPanel />
        <DeploymentPanel />
      </SpaceBetween>
    </Page>
  );
}
