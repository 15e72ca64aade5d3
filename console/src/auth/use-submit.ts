import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { signInErrorKey } from './messages';
import type { SignInErrorKey } from './messages';

/** One form that asks Cognito: busy while it is sent, and what went wrong in words, some of which a form may know better. */
export function useSubmit(send: () => Promise<void>, words: Partial<Record<SignInErrorKey, string>> = {}) {
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

  function textOf(error: unknown): string {
    const key = signInErrorKey(error);
    return words[key] ?? t(`errors.${key}`, { message: error instanceof Error ? error.message : String(error) });
  }

  return {
    isBusy,
    error: failure === null ? undefined : textOf(failure),
    submit: (event?: FormEvent) => void submit(event),
  };
}
