import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { signIn } from '../../auth/cognito';
import type { NextStep } from '../../auth/model';
import { PasswordInput } from '../../auth/password-input';
import { SignInLayout } from './sign-in-layout';
import { useSubmit } from '../../auth/use-submit';

interface Props {
  email: string;
  note: 'expired' | 'signedOut' | 'resetDone' | null;
  onEmail: (email: string) => void;
  onNext: (next: NextStep) => Promise<void>;
  onForgot: () => void;
}

export function SignInForm({ email, note, onEmail, onNext, onForgot }: Props) {
  const { t } = useTranslation('auth');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const { isBusy, error, submit } = useSubmit(async () => {
    setTried(true);
    if (email.trim() === '' || password === '') return;
    await onNext(await signIn(email.trim(), password));
  });
  const missing = (value: string) => (isTried && value.trim() === '' ? t('required') : undefined);
  return (
    <SignInLayout title={t('signInTitle')}>
      <form onSubmit={submit} noValidate>
        <Form
          errorText={error}
          actions={
            <Button variant="primary" loading={isBusy}>
              {t('signIn')}
            </Button>
          }
        >
          <SpaceBetween size="m">
            {note !== null && <Alert type={note === 'expired' ? 'info' : 'success'}>{t(note)}</Alert>}
            <FormField label={t('email')} errorText={missing(email)}>
              <Input
                value={email}
                type="email"
                inputMode="email"
                autoComplete="username"
                autoFocus={email === ''}
                onChange={({ detail }) => onEmail(detail.value)}
              />
            </FormField>
            <PasswordInput
              label={t('password')}
              value={password}
              autoComplete="current-password"
              errorText={missing(password)}
              autoFocus={email !== ''}
              onChange={setPassword}
            />
            <Link
              href="#"
              onFollow={(event) => {
                event.preventDefault();
                onForgot();
              }}
            >
              {t('forgot')}
            </Link>
          </SpaceBetween>
        </Form>
      </form>
      <p className="hint">{t('firstTime')}</p>
    </SignInLayout>
  );
}
