/** Things for tests: a deployment's regions, a task, and a draft that has nothing wrong. */
import type { OssRegion, Task } from '../../../api';
import { emptyDraft, NO_CLASS_MAP } from './draft';
import type { Draft } from './draft';
import type { Limits } from './rules';

export const REGIONS: OssRegion[] = [
  {
    region: 'cn-hangzhou',
    name_en: 'China (Hangzhou)',
    name_zh: '华东1（杭州）',
    endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
    accelerate_endpoint: 'https://oss-accelerate.aliyuncs.com',
  },
];

export const LIMITS: Limits = { ossRegions: REGIONS, deletesAllowed: true, aclsAllowed: true };

export function goodDraft(patch: Partial<Draft> = {}): Draft {
  return {
    ...emptyDraft('UTC'),
    taskId: 'photos',
    sourceBucket: 'photos-hz',
    ossRegion: 'cn-hangzhou',
    secret: 'oss-key',
    bucket: 'replicas',
    region: 'us-west-2',
    ...patch,
  };
}

export function task(patch: Partial<Task> = {}): Task {
  return {
    task_id: 'photos',
    description: 'Photos of 2026',
    source: {
      type: 'oss',
      bucket: 'photos-hz',
      prefix: 'photos/',
      prefixes: ['photos/2025/', 'photos/2026/'],
      region: 'cn-hangzhou',
      endpoint: 'https://oss-accelerate.aliyuncs.com',
      is_cname: false,
      secret: 'oss-key',
      request_payer: true,
    },
    destination: {
      bucket: 'replicas',
      prefix: 'from-oss/',
      region: 'us-west-2',
      request_payer: false,
      storage_class: 'STANDARD_IA',
      storage_class_map: { ...NO_CLASS_MAP, archive: 'GLACIER' },
      encryption: 'sse-kms',
      kms_key: 'alias/replicas',
      acl: 'bucket-default',
      metadata_policy: 'drop',
    },
    keep_prefix: true,
    compare: 'checksum',
    archived: 'restore',
    filters: {
      include: ['*.jpg'],
      exclude: ['/tmp/**', 're:\\.bak$'],
      min_size: 1536,
      max_size: 5 * 1024 ** 3,
      modified_after: '2026-01-31T12:30:00Z',
      modified_before: null,
      storage_classes: ['Standard', 'IA'],
    },
    deletes: { max_delete: '1000', backup_prefix: 'deleted/' },
    alerts: { email: 'operations@example.com', webhook: null, lag_seconds: 5400 },
    schedule: { expression: 'cron(0 3 * * ? *)', timezone: 'Asia/Shanghai' },
    limits: {
      bandwidth: 12_345_678,
      requests: 200,
      timetable: [
        { days: ['mon', 'fri'], start: '08:00', end: '18:00', bandwidth: 1024 ** 2, requests: null },
        { days: [], start: '22:00', end: '06:00', bandwidth: null, requests: null },
      ],
      timezone: 'Asia/Shanghai',
    },
    revision: 'r1',
    created_at: '2026-02-01T00:00:00Z',
    real_time: null,
    next_times: [],
    ...patch,
  };
}
