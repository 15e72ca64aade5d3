import { expect, test } from 'vitest';

import { dayRuns, weekdayName, WEEKDAYS } from './weekdays';
import type { Weekday } from './weekdays';

test('days have the names of the language', () => {
  expect(WEEKDAYS.map((day) => weekdayName(day, 'en')).join(' ')).toBe('Mon Tue Wed Thu Fri Sat Sun');
  expect([weekdayName('mon', 'zh-CN'), weekdayName('sun', 'zh-CN')]).toEqual(['周一', '周日']);
});

test.each<[Weekday[], string]>([
  [[], ''],
  [['wed'], 'wed-wed'],
  [['fri', 'mon', 'tue'], 'mon-tue fri-fri'],
  [['mon', 'tue', 'wed', 'thu', 'fri'], 'mon-fri'],
  [['sun', 'mon'], 'mon-mon sun-sun'],
])('%j are put together', (days, runs) => {
  expect(
    dayRuns(days)
      .map(({ first, last }) => `${first}-${last}`)
      .join(' '),
  ).toBe(runs);
});
