import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { resetPassword, sendResetCode } from '../../auth/cognito';
import { PasswordChoice, usePasswordChoice } from '../../auth/password-choice';
import { SignInLayout } from './sign-in-layout';
import { useSubmit } from '../../auth/use-submit';

/** The code from the e-mail, and the new password. */
export function ResetForm({ email, onDone, onBack }: { email: string; onDone: () => void; onBack: () => void }) {
  const { t } = useTranslation('auth');
  const choice = usePasswordChoice();
  const [code, setCode] = useState('');
  const [isSentAgain, setSentAgain] = useState(false);
  const { isBusy, error, submit } = useSubmit(async () => {
    if (!choice.check() || code.trim() === '') return;
    await resetPassword(email.trim(), code.trim(), choice.password);
    onDone();
  });
  const again = useSubmit(async () => {
    await sendResetCode(email.trim());
    setSentAgain(true);
  });
  return (
    <SignInLayout title={t('codeTitle')} intro={t('codeIntro', { email: email.trim() })}>
      <form onSubmit={submit} noValidate>
        <Form
          errorText={error ?? again.error}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onBack}>
                {t('backToSignIn')}
              </Button>
              <Button variant="primary" loading={isBusy}>
                {t('setPassword')}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            {isSentAgain && <Alert type="success">{t('sentAgain')}</Alert>}
            <FormField
              label={t('code')}
              errorText={choice.isTried && code.trim() === '' ? t('required') : undefined}
              secondaryControl={
                <Button formAction="none" loading={again.isBusy} onClick={() => again.submit()}>
                  {t('sendAgain')}
                </Button>
              }
            >
              <Input
                value={code}
                inputMode="numeric"
                autoComplete="one-time-code"
                autoFocus
                onChange={({ detail }) => setCode(detail.value)}
              />
            </FormField>
            <PasswordChoice choice={choice} />
          </SpaceBetween>
        </Form>
      </form>
    </SignInLayout>
  );
}
