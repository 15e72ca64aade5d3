import { isMoving } from '../../api';
import type { RunState, TaskSummary } from '../../api';

/** What the list can be narrowed to. */
export const SHOWN = ['all', 'running', 'paused', 'failed', 'succeeded', 'never', 'real-time'] as const;
export type Shown = (typeof SHOWN)[number];

const FAILED: ReadonlySet<RunState> = new Set(['failed', 'completed_with_failures']);

export function shownFrom(text: string | null): Shown {
  return SHOWN.find((each) => each === text) ?? 'all';
}

export function isShown({ task, last_run: run }: TaskSummary, shown: Shown): boolean {
  switch (shown) {
    case 'all':
      return true;
    case 'running':
      return isMoving(run);
    case 'paused':
      return run?.state === 'paused';
    case 'failed':
      return run !== null && FAILED.has(run.state);
    case 'succeeded':
      return run?.state === 'succeeded';
    case 'never':
      return run === null;
    case 'real-time':
      return task.real_time !== null;
  }
}

/** Its common prefix, if it has several. */
export function sourceText({ task: { source } }: TaskSummary): string {
  return `oss://${source.bucket}/${source.prefix}`;
}

export function destinationText({ task: { destination } }: TaskSummary): string {
  return `s3://${destination.bucket}/${destination.prefix}`;
}

/** Whether the typed words are in the name, the description or the places of a task. */
export function matches(row: TaskSummary, text: string): boolean {
  const all = [row.task.task_id, row.task.description, sourceText(row), destinationText(row)].join('\n').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** Seconds that half of the recent changes took to be on S3 at most; null without real time or without changes. */
export function medianLag({ real_time_run: run }: TaskSummary): number | null {
  return run?.lag?.change.p50 ?? null;
}

const BY_URGENCY: readonly RunState[] = [
  'failed',
  'completed_with_failures',
  'running',
  'starting',
  'paused',
  'stopped',
  'succeeded',
];

/** For sorting: what needs somebody comes first, what never ran last. */
export function urgency({ last_run: run }: TaskSummary): number {
  return run === null ? BY_URGENCY.length : BY_URGENCY.indexOf(run.state);
}
