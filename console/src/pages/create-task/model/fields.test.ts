import { describe, expect, test } from 'vitest';

import { expectedChecks, isOfSide, settingsForSide } from './check-settings';
import { goodDraft, LIMITS, REGIONS } from './draft-support';
import { patternProblem, patternsIn } from './globs';
import { NEW_WINDOW } from './limits';
import { dayAndTimeOf, isoOf } from './moments';
import { problemsOf } from './rules';
import { shownField, sortErrors, stillRefused } from './server-problems';
import { settingsOf } from './settings';
import { firstStepOf, stepOf } from './steps';
import { forgetDraft, readDraft, storeDraft } from './stored-draft';
import { bytesOf, lagTextOf, secondsOf, sizeTextOf } from './units';

describe('steps', () => {
  test.each([
    ['source.bucket', 'source'],
    ['destination.metadata_policy', 'source'],
    ['destination.bucket', 'destination'],
    ['keep_prefix', 'destination'],
    ['filters.include.0', 'options'],
    ['limits.timetable.0.start', 'options'],
    ['task_id', 'options'],
    ['', 'review'],
  ])('%s is asked for at %s', (field, step) => {
    expect(stepOf(field)).toBe(step);
  });

  test('the first step of several fields', () => {
    expect(firstStepOf(['task_id', 'destination.acl'])).toBe('destination');
    expect(firstStepOf([])).toBe('review');
  });

  test('every field with a rule is shown by some input', () => {
    const bad = { email: 'x', webhook: 'x', lag: 'x', cron: 'x', scheduleKind: 'cron', include: '{' } as const;
    const windows = [NEW_WINDOW, { ...NEW_WINDOW, bandwidth: 'x', requests: 'x' }];
    const badLimits = { bandwidth: 'x', requests: 'x', windows };
    const fields = [...problemsOf(goodDraft({ ...bad, ...badLimits, taskId: '', bucket: '' }), LIMITS).keys()];

    expect(fields.map(shownField)).toEqual(fields);
  });
});

describe('problems of the API', () => {
  const settings = settingsOf(goodDraft(), REGIONS);

  test('are shown by their field, as a sentence, until it changes', () => {
    const { shown, rest } = sortErrors([{ field: 'source.bucket', message: 'must name an OSS bucket' }], settings);

    expect(rest).toEqual([]);
    expect(shown).toMatchObject([{ field: 'source.bucket', message: 'Must name an OSS bucket.' }]);
    expect(stillRefused(shown, settings)).toEqual(shown);
    expect(stillRefused(shown, settingsOf(goodDraft({ sourceBucket: 'other' }), REGIONS))).toEqual([]);
  });

  test('of a part of a field are shown by the field', () => {
    expect(shownField('filters.include.3')).toBe('filters.include');
    expect(shownField('source.prefixes.0')).toBe('source.prefixes');
    expect(shownField('schedule')).toBe('schedule.expression');
    expect(shownField('limits')).toBe('limits.timetable');
    expect(shownField('limits.timetable.2.start')).toBe('limits.timetable.2.start');
  });

  test('about several fields are left over', () => {
    const errors = [{ field: '', message: 'alerts need an e-mail address' }];

    expect(sortErrors(errors, settings)).toEqual({ shown: [], rest: errors });
  });
});

describe('globs', () => {
  test.each([
    ['*.jpg', null],
    ['/2026/**', null],
    ['[a-z]{this,that}\\{', null],
    ['[]]x', null],
    ['re:(', null],
    ['{a', 'patternBraces'],
    ['{a,{b}}', 'patternBraces'],
    ['[a', 'patternBrackets'],
    ['[z-a]', 'patternRange'],
    ['a\\', 'patternEscape'],
    ['a'.repeat(1025), 'patternLength'],
  ])('%s', (pattern, problem) => {
    expect(patternProblem(pattern)).toBe(problem);
  });

  test('are one a line', () => {
    expect(patternsIn('*.jpg\r\n\n *.png')).toEqual(['*.jpg', ' *.png']);
  });
});

describe('units', () => {
  test.each([0, 1, 1023, 1024, 1536, 10 * 1024 ** 2, 3 * 1024 ** 4])('%d bytes come back', (bytes) => {
    const { text, unit } = sizeTextOf(bytes);

    expect(bytesOf(text, unit)).toBe(bytes);
  });

  test('a size may have a fraction', () => {
    expect(bytesOf('1.5', 'GiB')).toBe(1.5 * 1024 ** 3);
    expect(bytesOf('-1', 'B')).toBeNull();
    expect(bytesOf('1e3', 'B')).toBeNull();
  });

  test.each([60, 90, 5400, 7200])('%d seconds come back', (seconds) => {
    const { lag, lagUnit } = lagTextOf(seconds);

    expect(secondsOf(lag, lagUnit)).toBe(seconds);
  });

  test('a moment comes back in UTC', () => {
    expect(isoOf(dayAndTimeOf('2026-01-31T12:30:15Z'))).toBe('2026-01-31T12:30:15Z');
    expect(isoOf({ date: '', time: '' })).toBeNull();
  });
});

describe('checks of one side', () => {
  const deployment = { replica_buckets: ['allowed'], region: 'eu-west-1' } as Parameters<typeof settingsForSide>[3];

  test('need nothing of the other steps', () => {
    const draft = goodDraft({ taskId: '', bucket: '', region: '', include: '{', scheduleKind: 'cron', cron: 'x' });

    const settings = settingsForSide('source', draft, REGIONS, deployment);

    expect(settings).toMatchObject({ task_id: 'check', filters: null, schedule: null });
    expect(settings.destination).toMatchObject({ bucket: 'allowed', region: 'eu-west-1' });
  });

  test('are those of the side', () => {
    expect(expectedChecks('source', settingsOf(goodDraft(), REGIONS)).every((name) => isOfSide(name, 'source'))).toBe(
      true,
    );
    expect(isOfSide('secret', 'destination')).toBe(false);
  });

  test('include deleting when the task deletes', () => {
    const settings = settingsOf(goodDraft({ deletes: true, backupPrefix: 'gone/' }), REGIONS);

    expect(expectedChecks(null, settings)).toEqual(
      expect.arrayContaining(['source_list', 'destination_delete', 'destination_backup']),
    );
  });
});

describe('what is kept in the tab', () => {
  const storage = memory();

  test('comes back until it is forgotten', () => {
    const stored = { draft: goodDraft(), step: 2, revision: null, wish: null };

    storeDraft('create', stored, storage);
    expect(readDraft('create', goodDraft(), storage)).toEqual(stored);

    forgetDraft('create', storage);
    expect(readDraft('create', goodDraft(), storage)).toBeNull();
  });

  test('is left alone when another version of the console wrote it', () => {
    storage.setItem('ferry.draft.1.create', '{"step":1,"draft":{"taskId":1}}');

    expect(readDraft('create', goodDraft(), storage)).toBeNull();
  });
});

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    length: 0,
    key: () => null,
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
