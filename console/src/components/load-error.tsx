import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { useTranslation } from 'react-i18next';

import { UnreachableError } from '../api';
import { useErrorText } from './error-text';

/** In the place of what could not be loaded, with a way to try again. */
export function LoadError({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <Alert
      type="error"
      header={t(error instanceof UnreachableError ? 'errors.unreachableTitle' : 'errors.title')}
      action={onRetry && <Button onClick={() => void onRetry()}>{t('retry')}</Button>}
    >
      {errorText(error)}
    </Alert>
  );
}
