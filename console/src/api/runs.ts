import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { request } from './client';
import { useFollowed } from './followed';
import { EVERY_LIST, EVERY_RUN } from './query-client';
import { taskPath, useTasksChanged } from './tasks';
import type { Failure, FailureReason, Report, Run, RunState, Series } from './types';

const MOVING: ReadonlySet<RunState> = new Set(['starting', 'running']);
const OVER: ReadonlySet<RunState> = new Set(['stopped', 'succeeded', 'completed_with_failures', 'failed']);

/** Its numbers still change. */
export function isMoving(run: Run | null | undefined): boolean {
  return run != null && MOVING.has(run.state);
}

export function isOver(run: Run): boolean {
  return OVER.has(run.state);
}

function runPath(runId: string, rest = ''): string {
  return `/runs/${encodeURIComponent(runId)}${rest}`;
}

/** The runs of a task, newest first; `fetchNextPage` gets more. */
export function useTaskRuns(taskId: string) {
  const query = useInfiniteQuery({
    queryKey: ['runs', taskId],
    queryFn: ({ pageParam, signal }) =>
      request<{ runs: Run[]; next_cursor: string | null }>('GET', taskPath(taskId, '/runs'), {
        query: { limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: (asked) =>
      // The account of today's notifications always moves, and is no reason to ask for all so often.
      asked.state.data?.pages.some((page) => page.runs.some((run) => !run.real_time && isMoving(run)))
        ? EVERY_RUN
        : EVERY_LIST,
  });
  return { ...query, runs: query.data?.pages.flatMap((page) => page.runs) ?? [] };
}

export function useRun(runId: string) {
  return useQuery({
    queryKey: ['run', runId],
    queryFn: ({ signal }) => request<Run>('GET', runPath(runId), { signal }),
    refetchInterval: (asked) => (isMoving(asked.state.data) ? EVERY_RUN : EVERY_LIST),
  });
}

/** Numbers by time, for charts. Pass `moving` to follow a run. */
export function useRunSeries(runId: string, moving: boolean) {
  return useQuery({
    queryKey: ['run', runId, 'series'],
    queryFn: async ({ signal }) => {
      const whole: Series = { step_seconds: 0, points: [], next_cursor: null };
      do {
        const query = { cursor: whole.next_cursor };
        const page = await request<Series>('GET', runPath(runId, '/series'), { query, signal });
        whole.step_seconds = Math.max(whole.step_seconds, page.step_seconds);
        whole.points.push(...page.points);
        whole.next_cursor = page.next_cursor;
      } while (whole.next_cursor !== null);
      return whole;
    },
    refetchInterval: moving ? EVERY_LIST : false,
  });
}

export function useRunFailures(runId: string, reason: string | null) {
  const query = useInfiniteQuery({
    queryKey: ['run', runId, 'failures', reason],
    queryFn: ({ pageParam, signal }) =>
      request<{ failures: Failure[]; next_cursor: string | null }>('GET', runPath(runId, '/failures'), {
        query: { reason, limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  useFollowed(query, query.data?.pages.at(-1)?.failures);
  return { ...query, failures: query.data?.pages.flatMap((page) => page.failures) ?? [] };
}

export function useFailureReasons(runId: string) {
  return useQuery({
    queryKey: ['run', runId, 'failure-reasons'],
    queryFn: ({ signal }) =>
      request<{ reasons: FailureReason[]; is_complete: boolean }>('GET', runPath(runId, '/failure-reasons'), {
        signal,
      }),
  });
}

export function useStartRun() {
  const changed = useRunsChanged();
  return useMutation({
    mutationFn: ({ taskId, ...body }: { taskId: string; dry_run: boolean; client_token: string }) =>
      request<Run>('POST', taskPath(taskId, '/runs'), { body }),
    onSuccess: changed,
  });
}

export function useRunAction() {
  const changed = useRunsChanged();
  return useMutation({
    mutationFn: ({ runId, action }: { runId: string; action: 'pause' | 'resume' | 'stop' }) =>
      request<Run>('POST', runPath(runId, `/${action}`)),
    onSuccess: changed,
  });
}

/** A new run over what failed: everything, the given keys, or one reason. */
export function useRetryRun() {
  const changed = useRunsChanged();
  return useMutation({
    mutationFn: ({ runId, ...body }: { runId: string; keys?: string[]; reason?: string; client_token: string }) =>
      request<Run>('POST', runPath(runId, '/retry'), { body }),
    onSuccess: changed,
  });
}

/** A link to the report that is good for a few minutes: open it at once. */
export function fetchReport(runId: string, format: 'csv' | 'json'): Promise<Report> {
  return request<Report>('GET', runPath(runId, '/report'), { query: { format } });
}

function useRunsChanged() {
  const queries = useQueryClient();
  const tasksChanged = useTasksChanged();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['runs'] }),
      queries.invalidateQueries({ queryKey: ['run'] }),
      tasksChanged(),
    ]);
  };
}
