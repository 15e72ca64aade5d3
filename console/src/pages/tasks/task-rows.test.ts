import { expect, test } from 'vitest';

import * as fixtures from '../../../dev/fixtures';
import type { RunState, TaskSummary } from '../../api';
import { isShown, matches, medianLag, shownFrom, urgency } from './task-rows';

function row(state: RunState | null, isRealTime = false): TaskSummary {
  const [photos] = fixtures.tasks;
  const run = state === null ? null : fixtures.run('r', 'photos', state);
  return {
    task: fixtures.task('photos', {
      description: 'Customer photos',
      real_time: isRealTime ? (photos?.real_time ?? null) : null,
    }),
    last_run: run,
    real_time_run: null,
  };
}

test.each([
  ['running', 'running', true],
  ['running', 'starting', true],
  ['running', 'paused', false],
  ['failed', 'completed_with_failures', true],
  ['failed', 'failed', true],
  ['failed', null, false],
  ['never', null, true],
  ['never', 'succeeded', false],
  ['all', null, true],
] as const)('shown %s: a task whose run is %s: %s', (shown, state, expected) => {
  expect(isShown(row(state), shown)).toBe(expected);
});

test('an unknown filter in the address shows everything', () => {
  expect(shownFrom('nonsense')).toBe('all');
  expect(shownFrom('failed')).toBe('failed');
});

test('every typed word has to be somewhere in the task', () => {
  expect(matches(row(null), 'customer acme-photos')).toBe(true);
  expect(matches(row(null), 'S3://acme-photos-replica/photos/')).toBe(true);
  expect(matches(row(null), 'customer logs')).toBe(false);
});

test('what failed is sorted before what runs, and what never ran last', () => {
  const states = [null, 'succeeded', 'running', 'failed'] as const;

  expect([...states].sort((a, b) => urgency(row(a)) - urgency(row(b)))).toEqual([
    'failed',
    'running',
    'succeeded',
    null,
  ]);
});

test('a task without real time has no lag', () => {
  expect(medianLag(row('running'))).toBeNull();
});
