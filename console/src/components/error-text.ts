import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, SessionLostError, UnreachableError } from '../api';

/** An error of the API in words; the API's own sentence where it gave one. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      if (error instanceof ApiError) return error.message;
      if (error instanceof UnreachableError) return t('errors.unreachable');
      if (error instanceof SessionLostError) return t('errors.sessionLost');
      return t('errors.unexpected', { message: error instanceof Error ? error.message : String(error) });
    },
    [t],
  );
}
