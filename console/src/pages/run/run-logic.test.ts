import { describe, expect, test } from 'vitest';

import type { Run, Series } from '../../api';
import { axisEnd, bytesAxis, chartSteps } from './chart-steps';
import {
  currentPass,
  doneObjects,
  kindOf,
  lastWithFailures,
  newestRealTime,
  plannedObjects,
  shownPercent,
  taskOfRunId,
} from './run-facts';
import { visiblePieces, visibleText } from './visible-key';

const NOW = new Date('2026-03-05T12:00:00Z');

function run(changes: Partial<Run>): Run {
  return {
    run_id: 'r',
    state: 'succeeded',
    dry_run: false,
    real_time: false,
    retry_of: null,
    counts: { failed: 0 },
    ...changes,
  } as Run;
}

function point(minute: number, numbers: Partial<Series['points'][number]> = {}) {
  const time = new Date(NOW.getTime() + minute * 60_000).toISOString();
  return { time, objects: 1, bytes: 10, failed: 0, lag_p50: null, lag_p95: null, ...numbers };
}

describe('keys', () => {
  test('what is unseen is shown', () => {
    expect(visibleText('a\nb\u0000c\u202Ed\u200B')).toBe('a\\nb\\x00c\\u{202e}d\\u{200b}');
  });

  test('spaces are marked at the ends only', () => {
    expect(visiblePieces(' a b ')).toEqual([
      { text: '\\x20', isMark: true },
      { text: 'a b', isMark: false },
      { text: '\\x20', isMark: true },
    ]);
  });

  test('a halved surrogate pair is shown as what it is', () => {
    expect(visibleText('x\uD83D')).toBe('x\\u{d83d}');
  });

  test('other languages and symbols stay', () => {
    expect(visiblePieces('图片/été/😀.jpg')).toEqual([{ text: '图片/été/😀.jpg', isMark: false }]);
  });

  test('an empty key is one empty piece', () => {
    expect(visiblePieces('')).toEqual([{ text: '', isMark: false }]);
  });
});

describe('steps of a chart', () => {
  test('steps in which nothing happened are filled in, with one of nothing around', () => {
    const { steps } = chartSteps({ step_seconds: 60, points: [point(-10), point(-7)] }, NOW, false);

    expect(steps.map((step) => step.objects)).toEqual([0, 1, 0, 0, 1, 0]);
  });

  test('a step that is not over is left out while the run moves', () => {
    const points = [point(-4), point(-3), point(-2), point(0, { objects: 99 })];

    const { steps } = chartSteps({ step_seconds: 60, points }, new Date(NOW.getTime() + 20_000), true);

    expect(steps.map((step) => step.objects)).toEqual([0, 1, 1, 1, 0]);
  });

  test('in its first minute a run shows what it has', () => {
    const { steps } = chartSteps({ step_seconds: 60, points: [point(0)] }, new Date(NOW.getTime() + 20_000), true);

    expect(steps.map((step) => step.objects)).toEqual([0, 1]);
  });

  test('many steps are gathered, and nothing is lost', () => {
    const points = Array.from({ length: 500 }, (_, index) => point(index, { lag_p50: index, lag_p95: null }));

    const { seconds, steps } = chartSteps({ step_seconds: 60, points }, NOW, false);

    expect(seconds).toBe(540);
    expect(steps.length).toBeLessThanOrEqual(62);
    expect(steps.reduce((sum, step) => sum + step.objects, 0)).toBe(500);
    expect(Math.max(...steps.map((step) => step.lag50 ?? 0))).toBe(499);
  });

  test('a run without points has no steps', () => {
    expect(chartSteps({ step_seconds: 60, points: [] }, NOW, true).steps).toEqual([]);
  });

  test('axes have an end above zero, and a unit in which numbers are short', () => {
    expect(axisEnd([0, 0])).toBe(1);
    expect(axisEnd([])).toBe(1);
    expect(bytesAxis(0)).toEqual({ unit: 'B', size: 1 });
    expect(bytesAxis(5 * 1024 ** 2)).toEqual({ unit: 'MiB', size: 1024 ** 2 });
    expect(bytesAxis(1e30).unit).toBe('PiB');
  });
});

describe('runs', () => {
  test('the pass under way comes before a newer one that is over', () => {
    const runs = [
      run({ run_id: 'live', real_time: true, state: 'running' }),
      run({ run_id: 'new' }),
      run({ run_id: 'old', state: 'paused' }),
    ];

    expect(currentPass(runs)?.run_id).toBe('old');
    expect(currentPass(runs.slice(0, 2))?.run_id).toBe('new');
    expect(currentPass([])).toBeNull();
  });

  test('today is a day of UTC', () => {
    const runs = [run({ run_id: 'photos-20260305-realtime', real_time: true })];

    expect(newestRealTime(runs, NOW)?.isToday).toBe(true);
    expect(newestRealTime(runs, new Date('2026-03-06T00:00:00Z'))?.isToday).toBe(false);
    expect(newestRealTime([run({})], NOW)).toBeNull();
  });

  test('the kind of a run', () => {
    expect([run({}), run({ retry_of: 'x' }), run({ dry_run: true }), run({ real_time: true })].map(kindOf)).toEqual([
      'full',
      'retry',
      'dry_run',
      'real_time',
    ]);
  });

  test('objects that were current from the start are neither planned nor done', () => {
    const counts = { copied: 5, current: 1_002, gone: 1, deleted: 2, failed: 1 } as Run['counts'];
    const found = { current: 1_000, planned_objects: 20, extra: 4 } as Run['found'];

    expect(doneObjects(run({ counts, found }))).toBe(11);
    expect(plannedObjects(run({ counts, found, reason: null }))).toBe(24);
    expect(plannedObjects(run({ counts, found, reason: 'Nothing was deleted.' }))).toBe(20);
  });

  test('a bar is full only when everything is done', () => {
    expect([null, 0, 0.999, 1].map(shownPercent)).toEqual([0, 0, 99, 100]);
  });

  test('the last run with failures', () => {
    const failed = run({ run_id: 'bad', counts: { failed: 3 } as Run['counts'] });

    expect(lastWithFailures([run({}), failed])?.run_id).toBe('bad');
    expect(lastWithFailures([run({})])).toBeNull();
  });

  test('the id of a run names its task', () => {
    expect(taskOfRunId('my-photos-20260305t120000z')).toBe('my-photos');
    expect(taskOfRunId('my-photos-20260305-realtime')).toBe('my-photos');
    expect(taskOfRunId('my-photos')).toBeNull();
  });
});
