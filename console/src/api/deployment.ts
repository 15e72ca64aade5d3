import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { request } from './client';
import { EVERY_LIST } from './query-client';
import type { AwsRegion, Deployment, OssRegion, Overview, Secret, Stray } from './types';

export function useDeployment() {
  return useQuery({
    queryKey: ['deployment'],
    queryFn: ({ signal }) => request<Deployment>('GET', '/deployment', { signal }),
    staleTime: 5 * 60_000,
  });
}

export function useOverview() {
  return useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => request<Overview>('GET', '/overview', { signal }),
    refetchInterval: EVERY_LIST,
  });
}

export function useOssRegions() {
  return useQuery({
    queryKey: ['oss-regions'],
    queryFn: async ({ signal }) => (await request<{ regions: OssRegion[] }>('GET', '/oss-regions', { signal })).regions,
    staleTime: Infinity,
  });
}

export function useAwsRegions() {
  return useQuery({
    queryKey: ['aws-regions'],
    queryFn: async ({ signal }) => (await request<{ regions: AwsRegion[] }>('GET', '/aws-regions', { signal })).regions,
    staleTime: Infinity,
  });
}

/** The secrets that the deployment may read: names, never what they hold. `refetch` after one was created. */
export function useSecrets() {
  return useQuery({
    queryKey: ['secrets'],
    queryFn: async ({ signal }) => (await request<{ secrets: Secret[] }>('GET', '/secrets', { signal })).secrets,
  });
}

/** Messages that no task could take, newest first; `fetchNextPage` gets more. */
export function useStrays() {
  const query = useInfiniteQuery({
    queryKey: ['strays'],
    queryFn: ({ pageParam, signal }) =>
      request<{ strays: Stray[]; next_cursor: string | null }>('GET', '/strays', {
        query: { limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: EVERY_LIST,
  });
  return { ...query, strays: query.data?.pages.flatMap((page) => page.strays) ?? [] };
}

export function useRedriveStray() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (strayId: string) => request<void>('POST', `/strays/${encodeURIComponent(strayId)}/redrive`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['strays'] }),
  });
}
