import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { changePassword } from '../../auth/cognito';
import { PasswordChoice, usePasswordChoice } from '../../auth/password-choice';
import { PasswordInput } from '../../auth/password-input';
import { useUser } from '../../auth/session';
import { useSubmit } from '../../auth/use-submit';
import { useNotify } from '../../components';

export function PasswordPanel() {
  // A new form after each change: nothing of the passwords stays.
  const [changes, setChanges] = useState(0);
  const { t } = useTranslation('settings');
  return (
    <Container header={<Header variant="h2">{t('password.title')}</Header>}>
      <PasswordForm key={changes} onChanged={() => setChanges(changes + 1)} />
    </Container>
  );
}

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation(['settings', 'auth']);
  const { email } = useUser();
  const notify = useNotify();
  const choice = usePasswordChoice();
  const [old, setOld] = useState('');
  const { isBusy, error, submit } = useSubmit(
    async () => {
      if (!choice.check() || old === '') return;
      await changePassword(old, choice.password);
      notify.success(t('settings:password.done'));
      onChanged();
    },
    { NotAuthorizedException: t('settings:password.oldWrong') },
  );
  return (
    <form onSubmit={submit} noValidate className="narrow-form">
      <Form
        errorText={error}
        actions={
          <Button variant="primary" loading={isBusy}>
            {t('settings:password.change')}
          </Button>
        }
      >
        <SpaceBetween size="m">
          <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
          <PasswordInput
            label={t('settings:password.old')}
            value={old}
            autoComplete="current-password"
            errorText={choice.isTried && old === '' ? t('auth:required') : undefined}
            onChange={setOld}
          />
          <PasswordChoice choice={choice} />
        </SpaceBetween>
      </Form>
    </form>
  );
}
