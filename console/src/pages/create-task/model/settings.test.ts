import { describe, expect, test } from 'vitest';

import { goodDraft, REGIONS, task } from './draft-support';
import { cloneOf, draftOf, realTimeOf, settingsOf } from './settings';

describe('settingsOf', () => {
  test('a task comes back as it was after being loaded into the wizard', () => {
    const loaded = task();
    const settings = settingsOf(draftOf(loaded, REGIONS, 'UTC'), REGIONS);

    expect(loaded).toEqual({ ...loaded, ...settings });
  });

  test('what is not wanted is null, whatever was typed for it', () => {
    const draft = goodDraft({ kmsKey: 'alias/x', backupPrefix: 'deleted/', rate: '5', lag: '10' });

    const settings = settingsOf(draft, REGIONS);

    expect(settings.destination.kms_key).toBeNull();
    expect(settings.deletes).toBeNull();
    expect(settings.filters).toBeNull();
    expect(settings.alerts).toBeNull();
    expect(settings.schedule).toBeNull();
    expect(settings.limits).toBeNull();
    expect(settings.source.endpoint).toBeNull();
  });

  test('the prefix counts only when it is asked for', () => {
    expect(settingsOf(goodDraft({ scope: 'bucket', prefix: 'a/' }), REGIONS).source.prefix).toBe('');
    expect(settingsOf(goodDraft({ scope: 'prefix', prefix: 'a/' }), REGIONS).source.prefix).toBe('a/');
  });

  test('prefixes of a list go in, in order and each once', () => {
    const draft = goodDraft({ scope: 'list', listPrefixes: ['b/', 'a/', 'a/x/', 'b/'], prefixLines: 'c/' });

    expect(settingsOf(draft, REGIONS).source.prefixes).toEqual(['a/', 'b/']);
  });

  test('the acceleration endpoint is the region’s', () => {
    const { source } = settingsOf(goodDraft({ endpointKind: 'accelerate' }), REGIONS);

    expect(source).toMatchObject({ endpoint: 'https://oss-accelerate.aliyuncs.com', is_cname: false });
  });

  test('a custom domain is one that is bound to the bucket', () => {
    const { source } = settingsOf(
      goodDraft({ endpointKind: 'cname', endpointUrl: 'https://oss.example.com' }),
      REGIONS,
    );

    expect(source).toMatchObject({ endpoint: 'https://oss.example.com', is_cname: true });
  });

  test('a limit of deletes is a percentage or a number', () => {
    const most = (patch: object) => settingsOf(goodDraft({ deletes: true, ...patch }), REGIONS).deletes?.max_delete;

    expect(most({ maxDelete: '5' })).toBe('5%');
    expect(most({ maxDelete: '500', maxDeleteUnit: 'objects' })).toBe('500');
  });
});

test('a clone has no name, no schedule and no notifications', () => {
  const loaded = task({
    real_time: {
      deletes: true,
      takes_bare_messages: false,
      requires_signature: false,
      topic_owner: null,
      topic_names: [],
    },
  });

  const draft = cloneOf(draftOf(loaded, REGIONS, 'UTC'));

  expect(draft.taskId).toBe('');
  expect(settingsOf(draft, REGIONS).schedule).toBeNull();
  expect(realTimeOf(draft)).toBeNull();
});

test('notifications are followed only when that is wanted', () => {
  expect(realTimeOf(goodDraft())).toBeNull();
  expect(realTimeOf(goodDraft({ realTime: true, realTimeDeletes: true }))).toMatchObject({ deletes: true });
});
