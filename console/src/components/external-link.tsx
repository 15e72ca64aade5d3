import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** A link out of the console, in a new tab that learns nothing about this one. */
export function ExternalLink({ href, children }: { href: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Link external href={href} rel="noopener noreferrer" externalIconAriaLabel={t('opensNewTab')}>
      {children}
    </Link>
  );
}
