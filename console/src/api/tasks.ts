import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { request } from './client';
import { EVERY_LIST } from './query-client';
import type { Check, Estimate, Schedule, Task, TaskSettings, TaskSummary } from './types';

const PAGE = 100;

interface TaskPage {
  tasks: TaskSummary[];
  next_cursor: string | null;
}

/** Path of a task, for the other modules of the API. */
export function taskPath(taskId: string, rest = ''): string {
  return `/tasks/${encodeURIComponent(taskId)}${rest}`;
}

/** A token that makes a repeated request the same request. Keep it for as long as the user means the same thing. */
export function clientToken(): string {
  // randomUUID is missing on plain http, except on localhost.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** All tasks that were asked for so far; `fetchNextPage` gets more. */
export function useTasks() {
  const query = useInfiniteQuery({
    queryKey: ['tasks'],
    queryFn: ({ pageParam, signal }) =>
      request<TaskPage>('GET', '/tasks', { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: EVERY_LIST,
  });
  return { ...query, tasks: query.data?.pages.flatMap((page) => page.tasks) ?? [] };
}

export function useTask(taskId: string) {
  return useQuery({
    queryKey: ['task', taskId],
    queryFn: ({ signal }) => request<Task>('GET', taskPath(taskId), { signal }),
    refetchInterval: EVERY_LIST,
  });
}

/** Try what a task would need: secret, endpoint, buckets, permissions. */
export function useCheckSettings() {
  return useMutation({
    mutationFn: async (settings: Partial<TaskSettings>) =>
      (await request<{ checks: Check[] }>('POST', '/checks', { body: settings })).checks,
  });
}

/** A bounded listing of the source: what the first run would copy and cost. */
export function useEstimate() {
  return useMutation({
    mutationFn: (settings: TaskSettings) => request<Estimate>('POST', '/estimates', { body: settings }),
  });
}

/** The next times of a schedule; an `ApiError` says what is wrong with it. */
export function useScheduleTimes(schedule: Schedule | null, count = 5) {
  return useQuery({
    queryKey: ['schedule-times', schedule, count],
    queryFn: async ({ signal }) =>
      (await request<{ times: string[] }>('POST', '/schedule-times', { body: { ...schedule, count }, signal })).times,
    enabled: schedule !== null && schedule.expression !== '',
    staleTime: 60_000,
  });
}

export function useCreateTask() {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: (task: TaskSettings & { client_token: string }) => request<Task>('POST', '/tasks', { body: task }),
    onSuccess: changed,
  });
}

/** `revision` is that of the task as the user saw it: a task changed meanwhile is refused with status 412. */
export function useEditTask() {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: ({ settings, revision }: { settings: TaskSettings; revision: string }) =>
      request<Task>('PUT', taskPath(settings.task_id), { body: settings, headers: { 'If-Match': revision } }),
    onSuccess: changed,
  });
}

export function useDeleteTask() {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: (taskId: string) => request<void>('DELETE', taskPath(taskId)),
    onSuccess: changed,
  });
}

export function useCloneTask() {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: ({ from, ...body }: { from: string; task_id: string; client_token: string }) =>
      request<Task>('POST', taskPath(from, '/clone'), { body }),
    onSuccess: changed,
  });
}

export function useSetSchedule(taskId: string) {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: (schedule: Schedule) => request<Task>('PUT', taskPath(taskId, '/schedule'), { body: schedule }),
    onSuccess: changed,
  });
}

export function useRemoveSchedule(taskId: string) {
  const changed = useTasksChanged();
  return useMutation({
    mutationFn: () => request<void>('DELETE', taskPath(taskId, '/schedule')),
    onSuccess: changed,
  });
}

/** Everything that shows a task asks again. */
export function useTasksChanged() {
  const queries = useQueryClient();
  return () =>
    Promise.all(['tasks', 'task', 'overview', 'audit'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
}
