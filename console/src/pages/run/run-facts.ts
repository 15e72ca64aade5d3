import type { Run } from '../../api';

/** What kind of run it is, beside its state. */
export type RunKind = 'dry_run' | 'real_time' | 'retry' | 'full';

export function kindOf(run: Run): RunKind {
  if (run.dry_run) return 'dry_run';
  if (run.real_time) return 'real_time';
  return run.retry_of === null ? 'full' : 'retry';
}

/** Objects that have come to an end, however. */
export function endedObjects(run: Run): number {
  const { copied, current, gone, deleted, failed } = run.counts;
  return copied + current + gone + deleted + failed;
}

/** The pass that is under way, or else the newest; a real-time run is none. */
export function currentPass(runs: readonly Run[]): Run | null {
  const passes = runs.filter((run) => !run.real_time);
  return passes.find(isActive) ?? passes[0] ?? null;
}

/** The newest account of notifications, and whether it is today's. A day is one of UTC. */
export function newestRealTime(runs: readonly Run[], now: Date): { run: Run; isToday: boolean } | null {
  const run = runs.find((one) => one.real_time);
  if (run === undefined) return null;
  const today = now.toISOString().slice(0, 10).replaceAll('-', '');
  return { run, isToday: run.run_id.endsWith(`-${today}-realtime`) };
}

/** A pass that keeps another from starting. */
export function isActive(run: Run): boolean {
  return !run.real_time && (run.state === 'starting' || run.state === 'running' || run.state === 'paused');
}

/** The run whose failures somebody is most likely to ask for. */
export function lastWithFailures(runs: readonly Run[]): Run | null {
  return runs.find((run) => run.counts.failed > 0) ?? null;
}

/** The task that a run belongs to, from the run's id; null for what is none. */
export function taskOfRunId(runId: string): string | null {
  return /^([a-z0-9][a-z0-9-]{0,39})-\d{8}(t\d{6}z|-realtime)$/.exec(runId)?.[1] ?? null;
}

/** The most keys that one retry takes. */
export const MOST_KEYS = 100;

/** Of the objects that were planned, those that have come to an end: not those that were current when they were looked at. */
export function doneObjects(run: Run): number {
  return Math.max(0, endedObjects(run) - run.found.current);
}

/** Objects to copy and replicas to delete; never fewer than are done, for a refused deletion plans nothing. */
export function plannedObjects(run: Run): number {
  const { planned_objects, extra } = run.found;
  return Math.max(planned_objects + (run.reason === null ? extra : 0), doneObjects(run));
}

/** For a bar of progress: never 100 before everything is done. */
export function shownPercent(share: number | null): number {
  if (share === null) return 0;
  return share >= 1 ? 100 : Math.min(99, Math.floor(share * 100));
}
