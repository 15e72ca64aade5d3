/** The shapes of the tasks API, from `docs/openapi.json` (`npm run api`). Times are ISO 8601 in UTC, sizes are bytes. */
import type { components } from './schema';

type Schemas = components['schemas'];

/** What has a default may be left out of a request; here it is always there, as it is in every answer. */
type Filled<T> = T extends readonly (infer Each)[]
  ? Filled<Each>[]
  : T extends object
    ? { [Name in keyof T]-?: Filled<Exclude<T[Name], undefined>> }
    : T;

export type Deployment = Filled<Schemas['DeploymentDocument']>;
export type Role = Deployment['me']['role'];
export type Overview = Filled<Schemas['Overview']>;
export type OssRegion = Filled<Schemas['OssRegionDocument']>;
export type AwsRegion = Filled<Schemas['AwsRegionDocument']>;
export type Secret = Filled<Schemas['SecretDocument']>;
export type Stray = Filled<Schemas['StrayDocument']>;

export type TaskSettings = Filled<Schemas['TaskSettings']>;
export type SourceSettings = TaskSettings['source'];
export type DestinationSettings = TaskSettings['destination'];
export type StorageClass = DestinationSettings['storage_class'];
export type Acl = DestinationSettings['acl'];
export type StorageClassMap = DestinationSettings['storage_class_map'];
export type Encryption = DestinationSettings['encryption'];
export type MetadataPolicy = DestinationSettings['metadata_policy'];
export type Compare = TaskSettings['compare'];
export type Archived = TaskSettings['archived'];
export type Filters = NonNullable<TaskSettings['filters']>;
export type DeleteSettings = NonNullable<TaskSettings['deletes']>;
export type AlertSettings = NonNullable<TaskSettings['alerts']>;
export type TaskLimits = NonNullable<TaskSettings['limits']>;
export type LimitWindow = TaskLimits['timetable'][number];
export type Schedule = NonNullable<TaskSettings['schedule']>;
export type Task = Filled<Schemas['TaskDocument']>;
export type TaskSummary = Filled<Schemas['TaskSummary']>;

export type Check = Filled<Schemas['CheckResult']>;
export type CheckName = Check['check'];
export type Estimate = Filled<Schemas['EstimateDocument']>;
export type Cost = Estimate['usd'];

export type Run = Filled<Schemas['RunDocument']>;
export type RunState = Run['state'];
export type RunAction = Run['actions'][number];
export type LagQuantiles = Filled<Schemas['Quantiles']>;
export type Series = Filled<Schemas['Series']>;
export type SeriesPoint = Filled<Schemas['SeriesPoint']>;
export type Failure = Filled<Schemas['Failure']>;
export type FailureReason = Filled<Schemas['FailureReason']>;
export type Report = Filled<Schemas['ReportLink']>;

export type RealTimeSettings = Filled<Schemas['RealTimeSettings']>;
export type RealTime = Filled<Schemas['RealTimeDocument']>;

export type AuditEntry = Filled<Schemas['AuditEntry']>;

/** Where the console is: written by the deployment, read once at start. */
export interface PortalConfig {
  region: string;
  user_pool_id: string;
  client_id: string;
  cognito_endpoint: string | null;
  stack: string;
  version: string;
}
