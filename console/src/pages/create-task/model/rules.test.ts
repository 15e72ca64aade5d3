import { describe, expect, test } from 'vitest';

import type { Draft } from './draft';
import { goodDraft, LIMITS } from './draft-support';
import { problemsOf } from './rules';

function broken(patch: Partial<Draft>): Record<string, string> {
  return Object.fromEntries([...problemsOf(goodDraft(patch), LIMITS)].map(([field, { rule }]) => [field, rule]));
}

test('a good draft has no problems', () => {
  expect(broken({})).toEqual({});
});

test('what is needed is named', () => {
  expect(broken({ taskId: '', sourceBucket: '', ossRegion: '', secret: '', bucket: '', region: '' })).toEqual({
    task_id: 'required',
    'source.bucket': 'required',
    'source.region': 'ossRegion',
    'source.secret': 'secretRequired',
    'destination.bucket': 'required',
    'destination.region': 'awsRegion',
  });
});

describe.each<[string, Partial<Draft>, string, string | undefined]>([
  ['a name with a capital', { taskId: 'Photos' }, 'task_id', 'taskId'],
  ['a name that begins with a hyphen', { taskId: '-a' }, 'task_id', 'taskId'],
  ['a name of 40 characters', { taskId: 'a'.repeat(40) }, 'task_id', undefined],
  ['a name of 41 characters', { taskId: 'a'.repeat(41) }, 'task_id', 'taskIdLength'],
  ['a bucket of two characters', { sourceBucket: 'ab' }, 'source.bucket', 'bucket'],
  ['a bucket with an underscore', { bucket: 'a_b' }, 'destination.bucket', 'bucket'],
  ['a description of two lines', { description: 'a\nb' }, 'description', 'line'],
  ['a description of 256 emoji', { description: '🚢'.repeat(256) }, 'description', undefined],
  ['a description of 257', { description: 'a'.repeat(257) }, 'description', 'descriptionLength'],
  ['no prefix where one is meant', { scope: 'prefix' }, 'source.prefix', 'prefixRequired'],
  ['a prefix that begins with a slash', { scope: 'prefix', prefix: '/a' }, 'source.prefix', 'prefixSlash'],
  ['a prefix that is too long', { scope: 'prefix', prefix: 'a'.repeat(1024) }, 'source.prefix', 'prefixLength'],
  ['a bad prefix that is not asked for', { scope: 'bucket', prefix: '/a' }, 'source.prefix', undefined],
  ['blank lines alone', { scope: 'prefixes', prefixLines: ' \n\n' }, 'source.prefixes', 'prefixesRequired'],
  ['prefixes elsewhere', { scope: 'prefixes', prefix: 'a/', prefixLines: 'b/' }, 'source.prefixes', 'prefixesBase'],
  ['no list file', { scope: 'list' }, 'source.prefixes', 'listRequired'],
  [
    'too many prefixes',
    { scope: 'list', listPrefixes: Array.from({ length: 1001 }, (_, number) => `${number}/`) },
    'source.prefixes',
    'prefixesMany',
  ],
  [
    'too many bytes of prefixes',
    { scope: 'list', listPrefixes: Array.from({ length: 100 }, (_, number) => `${number}${'路'.repeat(300)}/`) },
    'source.prefixes',
    'prefixesBytes',
  ],
  ['another URL without a scheme', { endpointKind: 'other', endpointUrl: 'oss.com' }, 'source.endpoint', 'url'],
  ['a URL with a path', { endpointKind: 'other', endpointUrl: 'https://oss.com/b' }, 'source.endpoint', 'url'],
  ['a URL with a port', { endpointKind: 'other', endpointUrl: 'http://localhost:9000' }, 'source.endpoint', undefined],
  ['a bad URL that is not asked for', { endpointUrl: 'x' }, 'source.endpoint', undefined],
  [
    'acceleration of an unknown region',
    { endpointKind: 'accelerate', ossRegion: 'cn-x' },
    'source.endpoint',
    'accelerateUnknown',
  ],
  ['dots in the replica prefix', { replicaPrefix: 'a/../b/' }, 'destination.prefix', 'dotSegment'],
  ['a bad KMS key', { encryption: 'sse-kms', kmsKey: 'a b' }, 'destination.kms_key', 'kmsKey'],
  ['no KMS key', { encryption: 'sse-kms' }, 'destination.kms_key', undefined],
  ['101 percent', { deletes: true, maxDelete: '101' }, 'deletes.max_delete', 'maxDeletePercent'],
  ['101 objects', { deletes: true, maxDelete: '101', maxDeleteUnit: 'objects' }, 'deletes.max_delete', undefined],
  ['half an object', { deletes: true, maxDelete: '0.5' }, 'deletes.max_delete', 'maxDelete'],
  ['a backup that is no folder', { deletes: true, backupPrefix: 'gone' }, 'deletes.backup_prefix', 'backupFolder'],
  [
    'a backup around the replicas',
    { deletes: true, backupPrefix: 'a/', replicaPrefix: 'a/b/' },
    'deletes.backup_prefix',
    'backupHolds',
  ],
  ['a pattern without its end', { include: '*.jpg\n{a,b' }, 'filters.include', 'patternBraces'],
  ['101 patterns', { exclude: 'a\n'.repeat(101) }, 'filters.exclude', 'patternsMany'],
  ['a size in words', { minSize: { text: 'ten', unit: 'B' } }, 'filters.min_size', 'size'],
  [
    'sizes the wrong way round',
    { minSize: { text: '1', unit: 'GiB' }, maxSize: { text: '1', unit: 'MiB' } },
    'filters.max_size',
    'sizeOrder',
  ],
  ['a day without a time', { modifiedAfter: { date: '2026-01-31', time: '' } }, 'filters.modified_after', 'moment'],
  ['a day that is none', { modifiedAfter: { date: '2026-02-30', time: '00:00' } }, 'filters.modified_after', 'moment'],
  [
    'times the wrong way round',
    { modifiedAfter: { date: '2026-02-02', time: '00:00' }, modifiedBefore: { date: '2026-02-01', time: '00:00' } },
    'filters.modified_before',
    'momentOrder',
  ],
  ['no rate', { scheduleKind: 'rate', rate: '0' }, 'schedule.expression', 'rate'],
  ['five cron fields', { scheduleKind: 'cron', cron: '0 3 * * *' }, 'schedule.expression', 'cron'],
  ['no time for once', { scheduleKind: 'once' }, 'schedule.expression', 'once'],
  ['no e-mail address', { email: 'me' }, 'alerts.email', 'email'],
  ['a webhook without TLS', { webhook: 'http://hooks.example.com/x' }, 'alerts.webhook', 'webhook'],
  ['a webhook at an address', { webhook: 'https://10.0.0.1/x' }, 'alerts.webhook', 'webhookHost'],
  ['a lag of nobody', { lag: '5' }, 'alerts.lag_seconds', 'lagNeedsAddress'],
  ['a lag under a minute', { lag: '59', lagUnit: 'second', email: 'a@b.example' }, 'alerts.lag_seconds', 'lag'],
  ['a lag of a week', { lag: '168', lagUnit: 'hour', email: 'a@b.example' }, 'alerts.lag_seconds', undefined],
])('%s', (_, patch, field, rule) => {
  test(`is ${rule === undefined ? 'fine' : `refused as ${rule}`}`, () => {
    expect(broken(patch)[field]).toBe(rule);
  });
});

test('what the deployment does not allow is refused', () => {
  const limits = { ...LIMITS, deletesAllowed: false, aclsAllowed: false };

  const found = problemsOf(goodDraft({ deletes: true, acl: 'private' }), limits);

  expect([...found.keys()]).toEqual(['destination.acl', 'deletes']);
});
