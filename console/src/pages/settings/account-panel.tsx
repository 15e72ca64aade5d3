import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useTranslation } from 'react-i18next';

import { useUser } from '../../auth/session';
import { EmailVerification } from './email-verification';

export function AccountPanel() {
  const { t } = useTranslation(['settings', 'common']);
  const { email, role, isEmailVerified } = useUser();
  return (
    <Container header={<Header variant="h2">{t('settings:account.title')}</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          minColumnWidth={210}
          items={[
            { label: t('settings:account.email'), value: <span className="plain-text">{email}</span> },
            {
              label: t('settings:account.role'),
              value: `${t(`common:roles.${role}`)} – ${t(`settings:account.roles.${role}`)}`,
            },
            {
              label: t('settings:account.verified'),
              value: (
                <StatusIndicator type={isEmailVerified ? 'success' : 'warning'}>
                  {t(isEmailVerified ? 'settings:account.isVerified' : 'settings:account.isNotVerified')}
                </StatusIndicator>
              ),
            },
          ]}
        />
        {!isEmailVerified && <EmailVerification email={email} />}
      </SpaceBetween>
    </Container>
  );
}
