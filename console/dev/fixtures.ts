/** What the portal of `npm run dev` knows at its start. */
import type { AuditEntry, Deployment, OssRegion, Run, RunState, Secret, Stray, Task } from '../src/api';

export const HOUR = 3_600_000;

export function ago(milliseconds: number): string {
  return new Date(Date.now() - milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

export const deployment: Omit<Deployment, 'me'> = {
  stack: 'ferry',
  version: '0.6.0',
  region: 'us-west-2',
  edition: 'Lambda on Graviton',
  architecture: 'arm64',
  engine: 'Amazon S3',
  deletes_allowed: true,
  acls_allowed: true,
  large_object_threshold: 536_870_912,
  replica_buckets: ['acme-photos-replica', 'acme-logs-archive', 'acme-site'],
  dashboard_url: 'https://us-west-2.console.aws.amazon.com/cloudwatch/home?region=us-west-2#dashboards/dashboard/ferry',
  secrets_url: 'https://us-west-2.console.aws.amazon.com/secretsmanager/listsecrets?region=us-west-2',
  create_secret_url: 'https://us-west-2.console.aws.amazon.com/secretsmanager/newsecret?region=us-west-2',
  alarm_email: 'ops@example.com',
};

export const ossRegions: OssRegion[] = [
  ['cn-hangzhou', 'China (Hangzhou)', '华东1（杭州）'],
  ['cn-shanghai', 'China (Shanghai)', '华东2（上海）'],
  ['cn-beijing', 'China (Beijing)', '华北2（北京）'],
  ['cn-shenzhen', 'China (Shenzhen)', '华南1（深圳）'],
  ['cn-hongkong', 'China (Hong Kong)', '中国香港'],
  ['ap-southeast-1', 'Singapore', '新加坡'],
  ['eu-central-1', 'Germany (Frankfurt)', '德国（法兰克福）'],
  ['us-west-1', 'US (Silicon Valley)', '美国（硅谷）'],
].map(([region = '', en = '', zh = '']) => ({
  region,
  name_en: en,
  name_zh: zh,
  endpoint: `https://oss-${region}.aliyuncs.com`,
  accelerate_endpoint: 'https://oss-accelerate.aliyuncs.com',
}));

export const awsRegions = [
  { region: 'us-east-1', name: 'US East (N. Virginia)' },
  { region: 'us-west-2', name: 'US West (Oregon)' },
  { region: 'eu-central-1', name: 'Europe (Frankfurt)' },
  { region: 'ap-southeast-1', name: 'Asia Pacific (Singapore)' },
];

export const secrets: Secret[] = [
  secret('ferry/oss', 'The access key of the photo account', ago(40 * 24 * HOUR)),
  secret('ferry/oss-logs', '', null),
];

function secret(name: string, description: string, changedAt: string | null): Secret {
  return {
    name,
    arn: `arn:aws:secretsmanager:us-west-2:123456789012:secret:${name}-Ab12Cd`,
    description,
    changed_at: changedAt,
    problem: null,
  };
}

export function task(taskId: string, changes: Partial<Task> = {}): Task {
  return {
    task_id: taskId,
    description: '',
    source: {
      type: 'oss',
      bucket: `acme-${taskId}`,
      prefix: '',
      prefixes: [],
      region: 'cn-hangzhou',
      endpoint: null,
      is_cname: false,
      secret: 'ferry/oss',
      request_payer: false,
    },
    destination: {
      bucket: 'acme-photos-replica',
      prefix: `${taskId}/`,
      region: 'us-west-2',
      request_payer: false,
      storage_class: 'STANDARD',
      storage_class_map: { standard: null, ia: null, archive: null, cold_archive: null, deep_cold_archive: null },
      encryption: 'bucket-default',
      kms_key: null,
      acl: 'bucket-owner-full-control',
      metadata_policy: 'fail',
    },
    keep_prefix: true,
    compare: 'auto',
    archived: 'fail',
    filters: null,
    deletes: null,
    alerts: null,
    schedule: null,
    limits: null,
    revision: '1',
    created_at: ago(30 * 24 * HOUR),
    real_time: null,
    next_times: [],
    ...changes,
  };
}

const REAL_TIME = {
  deletes: false,
  takes_bare_messages: false,
  requires_signature: false,
  topic_owner: null,
  topic_names: [],
};

export const tasks: Task[] = [
  task('photos', {
    description: 'Customer photos, served from S3',
    real_time: REAL_TIME,
    schedule: { expression: 'rate(1 day)', timezone: 'Asia/Shanghai' },
    next_times: [ago(-9 * HOUR), ago(-33 * HOUR), ago(-57 * HOUR)],
    alerts: { email: 'ops@example.com', webhook: null, lag_seconds: 60 },
    limits: {
      bandwidth: 100 * 1024 ** 2,
      requests: null,
      timetable: [
        {
          days: ['mon', 'tue', 'wed', 'thu', 'fri'],
          start: '08:00',
          end: '18:00',
          bandwidth: 20 * 1024 ** 2,
          requests: 50,
        },
        { days: ['sat', 'sun'], start: '22:00', end: '06:00', bandwidth: null, requests: null },
      ],
      timezone: 'Asia/Shanghai',
    },
  }),
  task('logs-archive', { deletes: { max_delete: '10%', backup_prefix: 'deleted/' } }),
  task('site', { real_time: { ...REAL_TIME, deletes: true }, filters: null }),
  task('invoices'),
  task('a-task-with-quite-a-long-name-for-a-narrow-column', {
    source: {
      ...task('x').source,
      bucket: 'a-bucket-with-a-long-name-eu',
      prefix: '年度报告/2026/第三季度/',
      region: 'eu-central-1',
    },
  }),
  ...Array.from({ length: 24 }, (_, index) => task(`team-${String(index + 1).padStart(2, '0')}`)),
];

export function run(runId: string, taskId: string, state: RunState, changes: Partial<Run> = {}): Run {
  const isOver = !['starting', 'running', 'paused'].includes(state);
  const planned = 48_212;
  return {
    run_id: runId,
    task_id: taskId,
    state,
    reason: null,
    dry_run: false,
    real_time: false,
    retry_of: null,
    started_at: ago(2 * HOUR),
    ended_at: isOver ? ago(1.4 * HOUR) : null,
    seconds: 2_160,
    found: {
      objects: 1_204_551,
      bytes: 9_912_004_113_221,
      planned_objects: planned,
      planned_bytes: 312_004_113_221,
      extra: 12,
      current: 1_156_339,
      is_final: true,
    },
    counts: {
      copied: isOver ? planned - 14 : 20_118,
      bytes: isOver ? 312_004_100_000 : 130_004_113_221,
      current: 0,
      gone: 2,
      archived: 0,
      excluded: 0,
      deleted: 0,
      failed: state === 'completed_with_failures' ? 12 : 0,
      unverified: 0,
      metadata_dropped: 3,
    },
    progress: {
      share: isOver ? 1 : 0.417,
      objects_per_second: isOver ? 0 : 812.4,
      bytes_per_second: isOver ? 0 : 318_000_000,
      eta_seconds: isOver ? null : 612,
      oldest_pending_seconds: isOver ? null : 31,
    },
    lag: null,
    estimate: null,
    actions:
      state === 'running'
        ? ['pause', 'stop']
        : state === 'paused'
          ? ['resume', 'stop']
          : state === 'completed_with_failures'
            ? ['retry']
            : [],
    has_report: isOver,
    ...changes,
  };
}

const LAG = { count: 914, p50: 0.8, p95: 2.1, p99: 4.4, max: 12.9 };

export const runs: Run[] = [
  run('photos-20261126T010000-3f9a', 'photos', 'running', { started_at: ago(0.4 * HOUR), ended_at: null }),
  run('photos-20261125T010000-77c1', 'photos', 'succeeded', { started_at: ago(25 * HOUR), ended_at: ago(24.4 * HOUR) }),
  run('photos-realtime-20261126', 'photos', 'running', {
    real_time: true,
    started_at: ago(1.5 * HOUR),
    lag: { change: LAG, notification: { ...LAG, p50: 0.4 } },
    actions: [],
    progress: {
      share: null,
      objects_per_second: 3.2,
      bytes_per_second: 1_100_000,
      eta_seconds: null,
      oldest_pending_seconds: 1,
    },
  }),
  run('logs-archive-20261125T220000-0b1d', 'logs-archive', 'completed_with_failures'),
  run('site-20261126T003000-9e20', 'site', 'failed', {
    reason: 'The destination bucket refused the write (AccessDenied). Allow s3:PutObject on it for the transfer role.',
    progress: {
      share: 0.12,
      objects_per_second: 0,
      bytes_per_second: 0,
      eta_seconds: null,
      oldest_pending_seconds: null,
    },
  }),
  run('invoices-20261120T000000-c5aa', 'invoices', 'paused'),
  ...Array.from({ length: 12 }, (_, index) =>
    run(
      `team-${String(index + 1).padStart(2, '0')}-20261124T000000-aaaa`,
      `team-${String(index + 1).padStart(2, '0')}`,
      'succeeded',
      {
        started_at: ago((30 + index) * HOUR),
        ended_at: ago((29.5 + index) * HOUR),
      },
    ),
  ),
];

export const audit: AuditEntry[] = Array.from({ length: 120 }, (_, index) => {
  const action =
    (['run.start', 'task.edit', 'run.pause', 'realtime.rotate', 'task.create', 'schedule.set'] as const)[index % 6] ??
    '';
  return {
    time: ago(index * 0.7 * HOUR),
    who: index % 4 === 0 ? 'ops@example.com' : 'admin@example.com',
    action,
    task_id: index % 9 === 0 ? null : (['photos', 'site', 'logs-archive'][index % 3] ?? null),
    run_id: action.startsWith('run.') ? 'photos-20261125T010000-77c1' : null,
    outcome: index % 11 === 5 ? 'refused' : 'done',
    detail: index % 11 === 5 ? 'The role operator may not change tasks.' : 'rate(1 day), Asia/Shanghai',
  };
});

export const strays: Stray[] = [
  {
    stray_id: '001767225600000-5f3c-11',
    message_id: '5f3c-11',
    received_at: ago(3 * HOUR),
    reason: 'no task takes this bucket',
    body: '{"key": "a/b.jpg", "size": 12}',
    is_shortened: false,
  },
];
