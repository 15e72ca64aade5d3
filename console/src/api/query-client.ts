import { QueryClient } from '@tanstack/react-query';

import { UnreachableError } from './errors';

/** How often a page asks again, in milliseconds. Nothing is asked while the tab is hidden. */
export const EVERY_RUN = 2_000;
export const EVERY_LIST = 10_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => error instanceof UnreachableError && failures < 2,
      retryDelay: (failures) => Math.min(4_000, 500 * 2 ** failures),
      staleTime: 1_000,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
