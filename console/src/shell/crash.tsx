import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';

export function Crash({ error }: { error: Error }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="error"
      header={t('errors.crashTitle')}
      action={<Button onClick={() => window.location.reload()}>{t('errors.reload')}</Button>}
    >
      {t('errors.crash')}
      <Box variant="code" display="block" margin={{ top: 's' }}>
        {error.name}: {error.message}
      </Box>
    </Alert>
  );
}

/** For what fails outside of a page, such as code that could not be loaded. */
export function RouteCrash() {
  const error: unknown = useRouteError();
  return (
    <Box padding="l">
      <Crash error={error instanceof Error ? error : new Error(String(error))} />
    </Box>
  );
}
