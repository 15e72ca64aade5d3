/** What the wizard holds: everything as it was typed, so that nothing is lost by being wrong. */

import type {
  Acl,
  Archived,
  Compare,
  Encryption,
  Filters,
  MetadataPolicy,
  StorageClass,
  StorageClassMap,
} from '../../../api';
import type { Weekday } from '../../../weekdays';
import type { LagUnit, SizeUnit } from './units';

/** Which keys of the source bucket: all, those under one prefix, under several that are typed, or that a file lists. */
export type Scope = 'bucket' | 'prefix' | 'prefixes' | 'list';
export type EndpointKind = 'public' | 'accelerate' | 'cname' | 'other';
export type ScheduleKind = 'none' | 'once' | 'rate' | 'cron';
export type RateUnit = 'minute' | 'hour' | 'day';
export type MaxDeleteUnit = 'percent' | 'objects';

/** A day as `2026-01-31` and a time of day as `23:59`. */
export interface DayAndTime {
  date: string;
  time: string;
}

export interface SizeText {
  text: string;
  unit: SizeUnit;
}

/** A row of the timetable of limits; times as `23:59`, no days for every day. */
export interface WindowText {
  days: Weekday[];
  start: string;
  end: string;
  bandwidth: string;
  requests: string;
}

export interface Draft {
  taskId: string;
  description: string;

  sourceBucket: string;
  scope: Scope;
  /** Of scope `prefix` the prefix, of `prefixes` and `list` what all have in common. */
  prefix: string;
  prefixLines: string;
  listName: string;
  listPrefixes: string[];
  ossRegion: string;
  endpointKind: EndpointKind;
  endpointUrl: string;
  secret: string;
  sourceRequestPayer: boolean;
  metadataPolicy: MetadataPolicy;

  bucket: string;
  region: string;
  replicaPrefix: string;
  keepPrefix: boolean;
  storageClass: StorageClass;
  storageClassMap: StorageClassMap;
  encryption: Encryption;
  kmsKey: string;
  acl: Acl;
  requestPayer: boolean;

  compare: Compare;
  deletes: boolean;
  maxDelete: string;
  maxDeleteUnit: MaxDeleteUnit;
  backupPrefix: string;

  include: string;
  exclude: string;
  minSize: SizeText;
  maxSize: SizeText;
  modifiedAfter: DayAndTime;
  modifiedBefore: DayAndTime;
  ossClasses: Filters['storage_classes'];
  archived: Archived;

  scheduleKind: ScheduleKind;
  once: DayAndTime;
  rate: string;
  rateUnit: RateUnit;
  cron: string;
  timezone: string;

  /** MiB per second. */
  bandwidth: string;
  requests: string;
  windows: WindowText[];
  limitTimezone: string;

  realTime: boolean;
  realTimeDeletes: boolean;

  email: string;
  webhook: string;
  lag: string;
  lagUnit: LagUnit;

  startNow: boolean;
}

export const NO_CLASS_MAP: StorageClassMap = {
  standard: null,
  ia: null,
  archive: null,
  cold_archive: null,
  deep_cold_archive: null,
};

export const OSS_CLASSES = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const;
export const S3_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;
export const ACLS = [
  'bucket-default',
  'source',
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;

const NO_TIME: DayAndTime = { date: '', time: '' };

export function emptyDraft(timezone: string): Draft {
  return {
    taskId: '',
    description: '',
    sourceBucket: '',
    scope: 'bucket',
    prefix: '',
    prefixLines: '',
    listName: '',
    listPrefixes: [],
    ossRegion: '',
    endpointKind: 'public',
    endpointUrl: '',
    secret: '',
    sourceRequestPayer: false,
    metadataPolicy: 'fail',
    bucket: '',
    region: '',
    replicaPrefix: '',
    keepPrefix: false,
    storageClass: 'STANDARD',
    storageClassMap: NO_CLASS_MAP,
    encryption: 'bucket-default',
    kmsKey: '',
    acl: 'bucket-default',
    requestPayer: false,
    compare: 'auto',
    deletes: false,
    maxDelete: '10',
    maxDeleteUnit: 'percent',
    backupPrefix: '',
    include: '',
    exclude: '',
    minSize: { text: '', unit: 'MiB' },
    maxSize: { text: '', unit: 'MiB' },
    modifiedAfter: NO_TIME,
    modifiedBefore: NO_TIME,
    ossClasses: [],
    archived: 'fail',
    scheduleKind: 'none',
    once: NO_TIME,
    rate: '1',
    rateUnit: 'day',
    cron: '0 3 * * ? *',
    timezone,
    bandwidth: '',
    requests: '',
    windows: [],
    limitTimezone: timezone,
    realTime: false,
    realTimeDeletes: false,
    email: '',
    webhook: '',
    lag: '',
    lagUnit: 'minute',
    startNow: true,
  };
}
