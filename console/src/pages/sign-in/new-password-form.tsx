import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { chooseFirstPassword } from '../../auth/cognito';
import type { NextStep } from '../../auth/model';
import { PasswordChoice, usePasswordChoice } from '../../auth/password-choice';
import { SignInLayout } from './sign-in-layout';
import { useSubmit } from '../../auth/use-submit';

interface Props {
  email: string;
  onNext: (next: NextStep) => Promise<void>;
  onBack: () => void;
}

/** After the first sign-in with a temporary password. */
export function NewPasswordForm({ email, onNext, onBack }: Props) {
  const { t } = useTranslation('auth');
  const choice = usePasswordChoice();
  const { isBusy, error, submit } = useSubmit(async () => {
    if (choice.check()) await onNext(await chooseFirstPassword(choice.password));
  });
  return (
    <SignInLayout title={t('newPasswordTitle')} intro={t('newPasswordIntro')}>
      <form onSubmit={submit} noValidate>
        <Form
          errorText={error}
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
          {/* For password managers: whose password it is. */}
          <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
          <PasswordChoice choice={choice} />
        </Form>
      </form>
    </SignInLayout>
  );
}
