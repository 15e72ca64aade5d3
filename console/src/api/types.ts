/** The shapes of the tasks API, as `docs/openapi.json` states them. Times are ISO 8601 in UTC, sizes are bytes. */

export type Role = 'viewer' | 'operator' | 'admin';
export type RunState =
  'starting' | 'running' | 'paused' | 'stopped' | 'succeeded' | 'completed_with_failures' | 'failed';
export type RunAction = 'pause' | 'resume' | 'stop' | 'retry';
export type Compare = 'auto' | 'size' | 'checksum' | 'always';
export type Archived = 'fail' | 'skip' | 'restore';
export type Encryption = 'bucket-default' | 'sse-s3' | 'sse-kms';
export type MetadataPolicy = 'fail' | 'drop';

export interface Deployment {
  stack: string;
  version: string;
  region: string;
  edition: string;
  architecture: 'arm64' | 'x86_64';
  engine: string;
  deletes_allowed: boolean;
  acls_allowed: boolean;
  large_object_threshold: number;
  replica_buckets: string[];
  dashboard_url: string | null;
  secrets_url: string;
  create_secret_url: string;
  alarm_email: string | null;
  me: { email: string; role: Role };
}

export interface Overview {
  tasks: number;
  running: number;
  /** Tasks whose last run failed or left failures. */
  failed: number;
  real_time: number;
  oldest_pending_seconds: number | null;
  dead_letters: number;
  stray_messages: number;
  /** False if there are more tasks than were counted. */
  is_complete: boolean;
}

export interface OssRegion {
  region: string;
  name_en: string;
  name_zh: string;
  /** The public one. */
  endpoint: string;
  accelerate_endpoint: string;
}

export interface AwsRegion {
  region: string;
  name: string;
}

export interface Secret {
  name: string;
  arn: string;
  description: string;
  changed_at: string | null;
  /** Why it cannot be used; null when it can. */
  problem: string | null;
}

export type CheckName =
  | 'secret'
  | 'source_endpoint'
  | 'source_list'
  | 'source_read'
  | 'destination_list'
  | 'destination_write'
  | 'destination_encryption'
  | 'destination_delete';

export interface Check {
  check: CheckName;
  state: 'passed' | 'failed' | 'skipped';
  detail: string;
}

export interface SourceSettings {
  type: 'oss';
  bucket: string;
  prefix: string;
  prefixes: string[];
  region: string;
  endpoint: string | null;
  is_cname: boolean;
  secret: string;
  request_payer: boolean;
}

export interface StorageClassMap {
  standard: string | null;
  ia: string | null;
  archive: string | null;
  cold_archive: string | null;
  deep_cold_archive: string | null;
}

export interface DestinationSettings {
  bucket: string;
  prefix: string;
  region: string;
  request_payer: boolean;
  storage_class: string;
  storage_class_map: StorageClassMap;
  encryption: Encryption;
  kms_key: string | null;
  acl: string;
  metadata_policy: MetadataPolicy;
}

export interface Filters {
  include: string[];
  exclude: string[];
  min_size: number | null;
  max_size: number | null;
  modified_after: string | null;
  modified_before: string | null;
  storage_classes: string[];
}

export interface DeleteSettings {
  max_delete: string;
  backup_prefix: string | null;
}

export interface AlertSettings {
  email: string | null;
  webhook: string | null;
  lag_seconds: number | null;
}

export interface Schedule {
  expression: string;
  timezone: string;
}

export interface TaskSettings {
  task_id: string;
  description: string;
  source: SourceSettings;
  destination: DestinationSettings;
  keep_prefix: boolean;
  compare: Compare;
  archived: Archived;
  filters: Filters | null;
  deletes: DeleteSettings | null;
  alerts: AlertSettings | null;
  schedule: Schedule | null;
}

export interface RealTimeSettings {
  deletes: boolean;
  takes_bare_messages: boolean;
  requires_signature: boolean;
  topic_owner: string | null;
  topic_names: string[];
}

export interface Task extends TaskSettings {
  revision: string;
  created_at: string;
  real_time: RealTimeSettings | null;
  next_times: string[];
}

export interface TaskSummary {
  task: Task;
  last_run: Run | null;
  real_time_run: Run | null;
}

export interface LagQuantiles {
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

export interface Cost {
  s3_requests: number;
  oss_requests: number;
  compute: number;
  queue_and_state: number;
  oss_egress: number;
  total: number;
}

export interface Run {
  run_id: string;
  task_id: string;
  state: RunState;
  reason: string | null;
  dry_run: boolean;
  real_time: boolean;
  retry_of: string | null;
  started_at: string;
  ended_at: string | null;
  seconds: number;
  found: {
    objects: number;
    bytes: number;
    planned_objects: number;
    planned_bytes: number;
    extra: number;
    /** What already was as the source is. */
    current: number;
    is_final: boolean;
  };
  counts: {
    copied: number;
    bytes: number;
    current: number;
    gone: number;
    deleted: number;
    failed: number;
    unverified: number;
    metadata_dropped: number;
  };
  progress: {
    share: number | null;
    objects_per_second: number;
    bytes_per_second: number;
    eta_seconds: number | null;
    oldest_pending_seconds?: number | null;
  };
  lag: { change: LagQuantiles; notification: LagQuantiles } | null;
  /** Of a dry run. */
  estimate: Estimate | null;
  actions: RunAction[];
  has_report: boolean;
}

export interface Estimate {
  objects: number;
  bytes: number;
  is_complete: boolean;
  seconds: number;
  usd: Cost;
}

export interface SeriesPoint {
  time: string;
  objects: number;
  bytes: number;
  failed: number;
  lag_p50: number | null;
  lag_p95: number | null;
}

export interface Series {
  step_seconds: number;
  points: SeriesPoint[];
}

export interface Failure {
  key: string;
  reason: string;
  message: string;
  attempts: number;
  action: 'copy' | 'delete';
}

export interface FailureReason {
  reason: string;
  count: number;
  example_key: string;
  example_message: string;
}

export interface RealTime extends RealTimeSettings {
  task_id: string;
  url: string;
  url_without_secret: string;
  secret: string;
  older_secrets: { valid_until: string }[];
  queue_url: string;
  queue_arn: string;
  events: string[];
  sender: {
    environment: Record<string, Record<string, string>>;
    trigger: Record<string, unknown>;
    policy: Record<string, unknown>;
  };
}

export interface AuditEntry {
  time: string;
  who: string;
  action: string;
  task_id: string | null;
  run_id: string | null;
  outcome: 'started' | 'done' | 'refused' | 'broken_off';
  detail: string;
}

export interface Stray {
  message_id: string;
  received_at: string;
  reason: string;
  body: string;
}

export interface Report {
  url: string;
  expires_at: string;
}

/** Where the console is: written by the deployment, read once at start. */
export interface PortalConfig {
  region: string;
  user_pool_id: string;
  client_id: string;
  cognito_endpoint: string | null;
  stack: string;
  version: string;
}
