import { describe, expect, test } from 'vitest';

import { goodDraft } from './draft-support';
import { chosenOf, scheduleOf } from './schedule';

describe('scheduleOf', () => {
  test.each([
    [{ scheduleKind: 'rate', rate: '1', rateUnit: 'day' }, 'rate(1 day)'],
    [{ scheduleKind: 'rate', rate: '30', rateUnit: 'minute' }, 'rate(30 minutes)'],
    [{ scheduleKind: 'once', once: { date: '2026-12-31', time: '23:59' } }, 'at(2026-12-31T23:59:00)'],
    [{ scheduleKind: 'cron', cron: ' 0  3 * * ? * ' }, 'cron(0 3 * * ? *)'],
    [{ scheduleKind: 'cron', cron: 'cron(0 3 * * ? *)' }, 'cron(0 3 * * ? *)'],
  ] as const)('spells %o', (patch, expression) => {
    const schedule = scheduleOf(goodDraft({ ...patch, timezone: 'Asia/Shanghai' }));

    expect(schedule).toEqual({ expression, timezone: 'Asia/Shanghai' });
  });

  test.each([
    { scheduleKind: 'none' },
    { scheduleKind: 'rate', rate: '1.5' },
    { scheduleKind: 'once', once: { date: '2026-12-31', time: '' } },
    { scheduleKind: 'cron', cron: '0 3 * * ?' },
  ] as const)('is null for what is not finished: %o', (patch) => {
    expect(scheduleOf(goodDraft(patch))).toBeNull();
  });
});

test.each([
  'rate(1 day)',
  'rate(5 hours)',
  'at(2026-12-31T23:59:00)',
  'at(2026-12-31T23:59:30)',
  'cron(0 3 ? * MON-FRI *)',
])('%s comes back as it was', (expression) => {
  const schedule = { expression, timezone: 'Europe/Berlin' };

  expect(scheduleOf(goodDraft(chosenOf(schedule)))).toEqual(schedule);
});

test('no schedule is none', () => {
  expect(chosenOf(null)).toEqual({ scheduleKind: 'none' });
});
