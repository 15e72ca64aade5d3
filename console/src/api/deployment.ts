import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

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

/** Messages that no task could take. */
export function useStrays() {
  return useQuery({
    queryKey: ['strays'],
    queryFn: async ({ signal }) => (await request<{ strays: Stray[] }>('GET', '/strays', { signal })).strays,
    refetchInterval: EVERY_LIST,
  });
}

export function useRedriveStray() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (messageId: string) => request<void>('POST', `/strays/${encodeURIComponent(messageId)}/redrive`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['strays'] }),
  });
}
