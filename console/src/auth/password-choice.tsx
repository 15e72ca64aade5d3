import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isAllowed, meets, PASSWORD_RULES } from './password';
import { PasswordInput } from './password-input';

/** A new password and its repetition. */
export function usePasswordChoice() {
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [isTried, setTried] = useState(false);
  return {
    password,
    repeated,
    isTried,
    setPassword,
    setRepeated,
    /** Show what is missing; whether nothing is. */
    check: () => {
      setTried(true);
      return isAllowed(password) && password === repeated;
    },
  };
}

export function PasswordChoice({ choice }: { choice: ReturnType<typeof usePasswordChoice> }) {
  const { t } = useTranslation('auth');
  const { password, repeated, isTried } = choice;
  const differs = repeated !== '' && repeated !== password && (isTried || !password.startsWith(repeated));
  return (
    <SpaceBetween size="m">
      <PasswordInput
        label={t('newPassword')}
        value={password}
        autoComplete="new-password"
        errorText={isTried && !isAllowed(password) ? t('rulesUnmet') : undefined}
        onChange={choice.setPassword}
      />
      <PasswordRules password={password} />
      <FormField
        label={t('repeatPassword')}
        errorText={differs ? t('repeatDiffers') : isTried && repeated === '' ? t('required') : undefined}
      >
        <Input
          value={repeated}
          type="password"
          autoComplete="new-password"
          spellcheck={false}
          onChange={({ detail }) => choice.setRepeated(detail.value)}
        />
      </FormField>
    </SpaceBetween>
  );
}

function PasswordRules({ password }: { password: string }) {
  const { t } = useTranslation('auth');
  return (
    <div>
      {t('rules.title')}
      <ul className="password-rules">
        {PASSWORD_RULES.map((rule) => {
          const isMet = meets(password, rule);
          return (
            <li key={rule}>
              <StatusIndicator
                type={isMet ? 'success' : 'pending'}
                iconAriaLabel={t(isMet ? 'rules.met' : 'rules.unmet')}
              >
                {t(`rules.${rule}`)}
              </StatusIndicator>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
