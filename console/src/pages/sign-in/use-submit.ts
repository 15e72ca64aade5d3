import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { signInErrorKey } from '../../auth/messages';

/** One form of sign-in: busy while it is sent, and what went wrong in words. */
export function useSubmit(send: () => Promise<void>) {
  const { t } = useTranslation('auth');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await send();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  const message = failure instanceof Error ? failure.message : String(failure);
  const error = failure === null ? undefined : t(`errors.${signInErrorKey(failure)}`, { message });
  return { isBusy, error, submit: (event?: FormEvent) => void submit(event) };
}
