import { useInfiniteQuery } from '@tanstack/react-query';

import { request } from './client';
import { useFollowed } from './followed';
import { EVERY_LIST } from './query-client';
import type { AuditEntry } from './types';

/** Who did what, newest first, of everything or of one task; `fetchNextPage` gets more. */
export function useAudit(taskId: string | null = null) {
  const query = useInfiniteQuery({
    queryKey: ['audit', taskId],
    queryFn: ({ pageParam, signal }) =>
      request<{ entries: AuditEntry[]; next_cursor: string | null }>('GET', '/audit', {
        query: { task_id: taskId, limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: EVERY_LIST,
  });
  useFollowed(query, query.data?.pages.at(-1)?.entries);
  return { ...query, entries: query.data?.pages.flatMap((page) => page.entries) ?? [] };
}
