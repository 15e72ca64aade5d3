import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  label: string;
  value: string;
  autoComplete: 'current-password' | 'new-password';
  errorText?: string;
  autoFocus?: boolean;
  onChange: (value: string) => void;
}

export function PasswordInput({ label, value, autoComplete, errorText, autoFocus = false, onChange }: Props) {
  const { t } = useTranslation('auth');
  const [isShown, setShown] = useState(false);
  return (
    <SpaceBetween size="xs">
      <FormField label={label} errorText={errorText}>
        <Input
          value={value}
          type={isShown ? 'text' : 'password'}
          autoComplete={autoComplete}
          autoFocus={autoFocus}
          spellcheck={false}
          onChange={({ detail }) => onChange(detail.value)}
        />
      </FormField>
      <Checkbox checked={isShown} onChange={({ detail }) => setShown(detail.checked)}>
        {t('showPassword')}
      </Checkbox>
    </SpaceBetween>
  );
}
