import { describe, expect, test } from 'vitest';

import * as format from './format';

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KiB'],
  [1_500_000_000, '1.4 GiB'],
  [1024 ** 3 - 1, '1 GiB'],
  [312_004_113_221, '291 GiB'],
  [11.06 * 1024 ** 4, '11.1 TiB'],
  [null, '–'],
])('%s bytes are %s', (bytes, words) => {
  expect(format.formatBytes(bytes, 'en')).toBe(words);
});

test.each([
  [0, '0 sec'],
  [0.4, '< 1 sec'],
  [59, '59 sec'],
  [60, '1 min'],
  [3_600 + 4 * 60 + 5, '1 hr 4 min'],
  [3_600 + 5, '1 hr'],
  [90_061, '1 day 1 hr'],
  [null, '–'],
])('%s seconds are %s', (seconds, words) => {
  expect(format.formatDuration(seconds, 'en')).toBe(words);
});

test('a share is never shown as all of it before it is', () => {
  expect(format.formatShare(0.99999, 'en')).toBe('99.9%');
  expect(format.formatShare(1, 'en')).toBe('100%');
});

test('a price too small to show is said to be so', () => {
  expect(format.formatUsd(0.001, 'en')).toBe('< $0.01');
  expect(format.formatUsd(0, 'en')).toBe('$0.00');
  expect(format.formatUsd(1234.5, 'en')).toBe('$1,234.50');
});

describe('times', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');

  test('are told in the zone that is asked for', () => {
    expect(format.formatTime('2026-11-26T12:00:00Z', 'en', 'Asia/Shanghai')).toContain('8:00:00');
    expect(format.formatTime('2026-11-26T20:00:00Z', 'zh-CN', 'Asia/Shanghai')).toContain('2026年11月27日');
  });

  test.each([
    ['2026-11-26T11:59:30Z', '30 seconds ago'],
    ['2026-11-26T10:00:00Z', '2 hours ago'],
    ['2026-11-25T11:00:00Z', 'yesterday'],
    ['2026-11-26T14:00:00Z', 'in 2 hours'],
    ['2026-11-26T12:00:00Z', 'now'],
  ])('%s is %s', (iso, words) => {
    expect(format.formatAgo(iso, 'en', now)).toBe(words);
  });

  test('that are none are a dash', () => {
    expect(format.formatTime(null, 'en')).toBe('–');
    expect(format.formatAgo('yesterday-ish', 'en')).toBe('–');
  });
});
