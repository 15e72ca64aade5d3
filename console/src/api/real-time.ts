import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { request, requestBlob } from './client';
import { taskPath, useTasksChanged } from './tasks';
import type { RealTime, RealTimeSettings } from './types';

/** What a sender needs, with its secret: admins only, and only of a task that follows notifications. */
export function useRealTime(taskId: string, enabled: boolean) {
  return useQuery({
    queryKey: ['real-time', taskId],
    queryFn: ({ signal }) => request<RealTime>('GET', taskPath(taskId, '/real-time'), { signal }),
    enabled,
  });
}

/** Start following notifications, or change how. */
export function useSetRealTime(taskId: string) {
  const changed = useRealTimeChanged(taskId);
  return useMutation({
    mutationFn: (settings: RealTimeSettings) =>
      request<RealTime>('PUT', taskPath(taskId, '/real-time'), { body: settings }),
    onSuccess: changed,
  });
}

export function useRemoveRealTime(taskId: string) {
  const changed = useRealTimeChanged(taskId);
  return useMutation({
    mutationFn: () => request<void>('DELETE', taskPath(taskId, '/real-time')),
    onSuccess: changed,
  });
}

/** A new secret; the old one stays good for `keepSeconds`. */
export function useRotateSecret(taskId: string) {
  const changed = useRealTimeChanged(taskId);
  return useMutation({
    mutationFn: (body: { keep_seconds: number; client_token: string }) =>
      request<RealTime>('POST', taskPath(taskId, '/real-time/rotation'), { body }),
    onSuccess: changed,
  });
}

/** The sender for Function Compute, ready to upload. */
export function fetchSender(taskId: string): Promise<Blob> {
  return requestBlob(taskPath(taskId, '/real-time/sender.zip'));
}

function useRealTimeChanged(taskId: string) {
  const queries = useQueryClient();
  const tasksChanged = useTasksChanged();
  return async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: ['real-time', taskId] }), tasksChanged()]);
  };
}
