import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { sendResetCode } from '../../auth/cognito';
import { SignInLayout } from './sign-in-layout';
import { useSubmit } from '../../auth/use-submit';

interface Props {
  email: string;
  /** Cognito asks for it, not the user. */
  isRequired: boolean;
  onEmail: (email: string) => void;
  onSent: () => void;
  onBack: () => void;
}

export function ForgotForm({ email, isRequired, onEmail, onSent, onBack }: Props) {
  const { t } = useTranslation('auth');
  const [isTried, setTried] = useState(false);
  const { isBusy, error, submit } = useSubmit(async () => {
    setTried(true);
    if (email.trim() === '') return;
    await sendResetCode(email.trim());
    onSent();
  });
  return (
    <SignInLayout title={t('forgotTitle')} intro={isRequired ? t('mustReset') : t('forgotIntro')}>
      <form onSubmit={submit} noValidate>
        <Form
          errorText={error}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onBack}>
                {t('backToSignIn')}
              </Button>
              <Button variant="primary" loading={isBusy}>
                {t('sendCode')}
              </Button>
            </SpaceBetween>
          }
        >
          <FormField label={t('email')} errorText={isTried && email.trim() === '' ? t('required') : undefined}>
            <Input
              value={email}
              type="email"
              inputMode="email"
              autoComplete="username"
              autoFocus
              onChange={({ detail }) => onEmail(detail.value)}
            />
          </FormField>
        </Form>
      </form>
    </SignInLayout>
  );
}
