import Button from '@cloudscape-design/components/button';
import type { FlashbarProps } from '@cloudscape-design/components/flashbar';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useUser } from '../auth/session';
import { link } from '../links';

/** A note for a user whose address is not verified; it can be put away. */
export function useEmailReminder(): FlashbarProps.MessageDefinition[] {
  const { t } = useTranslation(['shell', 'common']);
  const { isEmailVerified } = useUser();
  const [isDismissed, setDismissed] = useState(false);
  if (isEmailVerified || isDismissed) return [];
  return [
    {
      id: 'email',
      type: 'info',
      content: t('shell:emailUnverified'),
      action: <Button href={link.settings()}>{t('shell:verifyEmail')}</Button>,
      dismissible: true,
      dismissLabel: t('common:close'),
      onDismiss: () => setDismissed(true),
    },
  ];
}
