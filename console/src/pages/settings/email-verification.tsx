import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { confirmEmail, sendEmailCode } from '../../auth/cognito';
import { useSession } from '../../auth/session';
import { useSubmit } from '../../auth/use-submit';
import { useNotify } from '../../components';

/** Prove that the address is the user's own, by a code that is sent to it. */
export function EmailVerification({ email }: { email: string }) {
  const { t } = useTranslation('settings');
  const { refresh } = useSession();
  const notify = useNotify();
  const [isSent, setSent] = useState(false);
  const [code, setCode] = useState('');
  const sending = useSubmit(async () => {
    await sendEmailCode();
    setSent(true);
  });
  const confirming = useSubmit(async () => {
    await confirmEmail(code.trim());
    await refresh();
    notify.success(t('verification.done'));
  });
  return (
    <form onSubmit={confirming.submit} noValidate>
      <SpaceBetween size="m">
        <Alert type="info">{isSent ? t('verification.sent', { email }) : t('verification.about')}</Alert>
        {isSent && (
          <FormField label={t('verification.code')} errorText={confirming.error}>
            <Input
              value={code}
              inputMode="numeric"
              autoComplete="one-time-code"
              onChange={({ detail }) => setCode(detail.value)}
            />
          </FormField>
        )}
        {sending.error !== undefined && <Alert type="error">{sending.error}</Alert>}
        <SpaceBetween direction="horizontal" size="xs">
          {isSent && (
            <Button variant="primary" loading={confirming.isBusy} disabled={code.trim() === ''}>
              {t('verification.confirm')}
            </Button>
          )}
          <Button formAction="none" loading={sending.isBusy} onClick={() => sending.submit()}>
            {t(isSent ? 'verification.sendAgain' : 'verification.send')}
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}
