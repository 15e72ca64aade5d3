import { describe, expect, test } from 'vitest';

import type { Draft, WindowText } from './draft';
import { goodDraft } from './draft-support';
import { bandwidthOf, limitProblems, limitsOf, NEW_WINDOW, typedOf } from './limits';

const MIB = 1024 ** 2;

function row(patch: Partial<WindowText> = {}): WindowText {
  return { ...NEW_WINDOW, start: '08:00', end: '18:00', ...patch };
}

function broken(patch: Partial<Draft>): Record<string, string> {
  const found = limitProblems(goodDraft(patch)).flatMap(([field, problem]) => (problem ? [[field, problem.rule]] : []));
  return Object.fromEntries(found) as Record<string, string>;
}

describe('limitsOf', () => {
  test('nothing typed is no limit', () => {
    expect(limitsOf(goodDraft())).toBeNull();
    expect(limitsOf(goodDraft({ bandwidth: ' ', limitTimezone: 'Asia/Shanghai' }))).toBeNull();
  });

  test('MiB per second become bytes per second', () => {
    expect(limitsOf(goodDraft({ bandwidth: '2.5', requests: '100' }))).toEqual({
      bandwidth: 2.5 * MIB,
      requests: 100,
      timetable: [],
      timezone: 'UTC',
    });
  });

  test('a window has an allowance of its own', () => {
    const windows = [row({ days: ['sat', 'sun'], requests: '5' })];

    expect(limitsOf(goodDraft({ windows, limitTimezone: 'Asia/Shanghai' }))).toMatchObject({
      bandwidth: null,
      timetable: [{ days: ['sat', 'sun'], start: '08:00', end: '18:00', bandwidth: null, requests: 5 }],
      timezone: 'Asia/Shanghai',
    });
  });
});

test.each([MIB, MIB + 1, 10 * MIB, 123_456_789, 100_000 * MIB + 1])('%d bytes per second come back', (bandwidth) => {
  const typed = typedOf({ bandwidth, requests: null, timetable: [], timezone: 'UTC' }, 'UTC');

  expect(bandwidthOf(typed.bandwidth)).toBe(bandwidth);
});

describe.each<[string, Partial<Draft>, Record<string, string>]>([
  ['no limit', {}, {}],
  ['1 MiB/s and a request', { bandwidth: '1', requests: '1' }, {}],
  ['less than 1 MiB/s', { bandwidth: '0.99' }, { 'limits.bandwidth': 'bandwidthLeast' }],
  ['a bandwidth in words', { bandwidth: '10 MiB' }, { 'limits.bandwidth': 'bandwidth' }],
  ['no requests', { requests: '0' }, { 'limits.requests': 'requests' }],
  ['half a request', { requests: '1.5' }, { 'limits.requests': 'requests' }],
  ['a window over midnight', { windows: [row({ start: '22:00', end: '06:00', bandwidth: '5' })] }, {}],
  ['a window without limits beside a limit', { requests: '5', windows: [row()] }, {}],
  ['windows that limit nothing', { windows: [row(), row()] }, { 'limits.timetable': 'limitsNothing' }],
  [
    'times that are none',
    { requests: '5', windows: [row(), row({ start: '8:00', end: '24:00' })] },
    { 'limits.timetable.1.start': 'windowTime', 'limits.timetable.1.end': 'windowTime' },
  ],
  [
    'a window with too little',
    { windows: [row({ bandwidth: '0', requests: 'x' })] },
    { 'limits.timetable.0.bandwidth': 'bandwidthLeast', 'limits.timetable.0.requests': 'requests' },
  ],
])('%s', (_, patch, problems) => {
  test(Object.keys(problems).length === 0 ? 'is fine' : 'is refused', () => {
    expect(broken(patch)).toEqual(problems);
  });
});
