import { expect, test } from 'vitest';

import { goodDraft } from './draft-support';
import { exampleOf } from './mapping';

test.each([
  [{}, 'oss://photos-hz/2026/photo.jpg', 's3://replicas/2026/photo.jpg'],
  [{ replicaPrefix: 'oss/' }, 'oss://photos-hz/2026/photo.jpg', 's3://replicas/oss/2026/photo.jpg'],
  [{ scope: 'prefix', prefix: 'a/' }, 'oss://photos-hz/a/2026/photo.jpg', 's3://replicas/2026/photo.jpg'],
  [
    { scope: 'prefix', prefix: 'a/', keepPrefix: true, replicaPrefix: 'oss/' },
    'oss://photos-hz/a/2026/photo.jpg',
    's3://replicas/oss/a/2026/photo.jpg',
  ],
  [{ scope: 'prefix', prefix: 'logs' }, 'oss://photos-hz/logs2026.csv', 's3://replicas/2026.csv'],
  [
    { scope: 'prefixes', prefix: 'a/', prefixLines: 'a/b/\na/c/' },
    'oss://photos-hz/a/b/2026/photo.jpg',
    's3://replicas/b/2026/photo.jpg',
  ],
  [{ scope: 'list', listPrefixes: ['x/'] }, 'oss://photos-hz/x/2026/photo.jpg', 's3://replicas/x/2026/photo.jpg'],
] as const)('%o', (patch, source, replica) => {
  expect(
    exampleOf(goodDraft({ ...patch, listPrefixes: [...('listPrefixes' in patch ? patch.listPrefixes : [])] })),
  ).toEqual({
    source,
    replica,
    isGlued: false,
  });
});

test('a replica prefix without a slash runs into the key', () => {
  expect(exampleOf(goodDraft({ replicaPrefix: 'oss' }))).toMatchObject({
    replica: 's3://replicas/oss2026/photo.jpg',
    isGlued: true,
  });
});
