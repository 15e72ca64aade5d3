import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { LoadError } from './load-error';

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface Props<T> {
  query: Asked<T>;
  children: (answer: T) => ReactNode;
}

/** What a query answers; a spinner before, an error with retry if there is no answer, above the last one if there was. */
export function Loaded<T>({ query, children }: Props<T>) {
  const { t } = useTranslation();
  if (query.data === undefined) {
    if (query.error) return <LoadError error={query.error} onRetry={query.refetch} />;
    return (
      <Box padding="l" textAlign="center" color="text-status-inactive">
        <Spinner size="large" /> <span className="visually-hidden">{t('loading')}</span>
      </Box>
    );
  }
  if (!query.error) return children(query.data);
  return (
    <SpaceBetween size="l">
      <LoadError error={query.error} onRetry={query.refetch} />
      {children(query.data)}
    </SpaceBetween>
  );
}
