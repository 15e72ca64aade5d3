import { useEffect } from 'react';

interface Paged {
  hasNextPage: boolean;
  isFetching: boolean;
  isError: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Ask for the next page after one without rows, which the API ends where it has looked long enough for a filter. */
export function useFollowed(query: Paged, last: readonly unknown[] | undefined) {
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const isEmpty = last?.length === 0;
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [isEmpty, hasNextPage, isFetching, isError, fetchNextPage]);
}
