import { useCallback, useRef } from 'react';

import { clientToken, UnreachableError } from '../../api';

/**
 * Ask for something once: as long as no answer came, asking again is the same wish, so that a lost answer does not start two runs.
 * An answer, also a refusal, ends the wish.
 */
export function useWish<T>(ask: (token: string) => Promise<T>): () => Promise<T> {
  const token = useRef<string | null>(null);
  return useCallback(async () => {
    token.current ??= clientToken();
    try {
      const answer = await ask(token.current);
      token.current = null;
      return answer;
    } catch (error) {
      if (!(error instanceof UnreachableError)) token.current = null;
      throw error;
    }
  }, [ask]);
}
