import type { Series, SeriesPoint } from '../../api';

/** What happened from `time` on for one step. */
export interface Step {
  time: Date;
  objects: number;
  bytes: number;
  failed: number;
  lag50: number | null;
  lag95: number | null;
}

export interface Steps {
  seconds: number;
  steps: Step[];
}

/** The most steps that a chart can tell apart, on a phone too. */
const MOST = 60;

/**
 * The series of a run as a chart can draw it: every step there, also those in which nothing happened, one of nothing around them,
 * and few enough of them. A step that is not over yet is left out, since it would look like a slump.
 */
export function chartSteps(series: Pick<Series, 'step_seconds' | 'points'>, now: Date, isMoving: boolean): Steps {
  const [first, last] = [series.points[0], series.points.at(-1)];
  const size = Math.max(1, series.step_seconds) * 1000;
  if (first === undefined || last === undefined) return { seconds: size / 1000, steps: [] };
  const begin = Date.parse(first.time);
  const span = Math.round((Date.parse(last.time) - begin) / size) + 1;
  const width = Math.max(1, Math.ceil(span / MOST)) * size;
  const gathered = new Map<number, SeriesPoint[]>();
  for (const point of series.points) {
    const place = Math.floor((Date.parse(point.time) - begin) / width);
    gathered.set(place, [...(gathered.get(place) ?? []), point]);
  }
  const most = Math.max(...gathered.keys());
  const steps = Array.from({ length: most + 3 }, (_, index) =>
    together(new Date(begin + (index - 1) * width), gathered.get(index - 1) ?? []),
  );
  return { seconds: width / 1000, steps: isMoving ? withoutUnfinished(steps, width, now) : steps };
}

function withoutUnfinished(steps: Step[], width: number, now: Date): Step[] {
  const over = steps.filter((step) => step.time.getTime() + width <= now.getTime());
  // In its first minutes a run has nothing else to show.
  return over.length > 2 ? over : steps.slice(0, -1);
}

function together(time: Date, points: readonly SeriesPoint[]): Step {
  const sum = (name: 'objects' | 'bytes' | 'failed') => points.reduce((total, point) => total + point[name], 0);
  const worst = (name: 'lag_p50' | 'lag_p95') => {
    const known = points.map((point) => point[name]).filter((lag) => lag !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    time,
    objects: sum('objects'),
    bytes: sum('bytes'),
    failed: sum('failed'),
    lag50: worst('lag_p50'),
    lag95: worst('lag_p95'),
  };
}

/** Where the axis ends: something above zero, so that a chart of nothing has an axis. */
export function axisEnd(values: readonly number[]): number {
  return Math.max(0, ...values) || 1;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** The unit in which an axis of bytes has round numbers. */
export function bytesAxis(most: number): { unit: string; size: number } {
  let power = 0;
  while (power < UNITS.length - 1 && most >= 1024 ** (power + 1)) power += 1;
  return { unit: UNITS[power] ?? 'B', size: 1024 ** power };
}
