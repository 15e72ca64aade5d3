/** From what was typed to a task's settings, and back. */

import type {
  AlertSettings,
  DeleteSettings,
  Filters,
  OssRegion,
  RealTimeSettings,
  Task,
  TaskSettings,
} from '../../../api';
import { emptyDraft } from './draft';
import type { Draft, EndpointKind, Scope } from './draft';
import { patternsIn } from './globs';
import { limitsOf, typedOf } from './limits';
import { chosenPrefixes, sourcePrefix } from './mapping';
import { dayAndTimeOf, isoOf } from './moments';
import { canonicalPrefixes } from './prefix-list';
import { chosenOf, scheduleOf } from './schedule';
import { bytesOf, lagTextOf, secondsOf, sizeTextOf } from './units';

/** The settings of a draft without problems; of another one, what can be made of it. */
export function settingsOf(draft: Draft, regions: OssRegion[]): TaskSettings {
  const prefix = sourcePrefix(draft);
  return {
    task_id: draft.taskId,
    description: draft.description.trim(),
    source: {
      type: 'oss',
      bucket: draft.sourceBucket,
      prefix,
      prefixes: canonicalPrefixes(prefix, chosenPrefixes(draft)),
      region: draft.ossRegion,
      endpoint: endpointOf(draft, regions),
      is_cname: draft.endpointKind === 'cname',
      secret: draft.secret,
      request_payer: draft.sourceRequestPayer,
    },
    destination: {
      bucket: draft.bucket,
      prefix: draft.replicaPrefix,
      region: draft.region,
      request_payer: draft.requestPayer,
      storage_class: draft.storageClass,
      storage_class_map: draft.storageClassMap,
      encryption: draft.encryption,
      kms_key: draft.encryption === 'sse-kms' ? draft.kmsKey.trim() || null : null,
      acl: draft.acl,
      metadata_policy: draft.metadataPolicy,
    },
    keep_prefix: draft.keepPrefix,
    compare: draft.compare,
    archived: draft.archived,
    filters: filtersOf(draft),
    deletes: deletesOf(draft),
    alerts: alertsOf(draft),
    schedule: scheduleOf(draft),
    limits: limitsOf(draft),
  };
}

/** Null for the region's public one. */
export function endpointOf(draft: Draft, regions: OssRegion[]): string | null {
  if (draft.endpointKind === 'public') return null;
  if (draft.endpointKind === 'accelerate') return accelerateEndpoint(draft.ossRegion, regions);
  return draft.endpointUrl.trim();
}

export function accelerateEndpoint(region: string, regions: OssRegion[]): string | null {
  return regions.find((one) => one.region === region)?.accelerate_endpoint ?? null;
}

function filtersOf(draft: Draft): Filters | null {
  const filters: Filters = {
    include: patternsIn(draft.include),
    exclude: patternsIn(draft.exclude),
    min_size: bytesOf(draft.minSize.text, draft.minSize.unit),
    max_size: bytesOf(draft.maxSize.text, draft.maxSize.unit),
    modified_after: isoOf(draft.modifiedAfter),
    modified_before: isoOf(draft.modifiedBefore),
    storage_classes: draft.ossClasses,
  };
  const isEmpty = Object.values(filters).every((rule) => rule === null || (Array.isArray(rule) && rule.length === 0));
  return isEmpty ? null : filters;
}

function deletesOf(draft: Draft): DeleteSettings | null {
  if (!draft.deletes) return null;
  const number = draft.maxDelete.trim();
  return {
    max_delete: draft.maxDeleteUnit === 'percent' ? `${number}%` : number,
    backup_prefix: draft.backupPrefix || null,
  };
}

function alertsOf(draft: Draft): AlertSettings | null {
  const email = draft.email.trim() || null;
  const webhook = draft.webhook.trim() || null;
  if (email === null && webhook === null) return null;
  return { email, webhook, lag_seconds: secondsOf(draft.lag, draft.lagUnit) };
}

/** Null if the task is not to follow notifications. What else there is to choose is on the task's page. */
export function realTimeOf(draft: Draft): RealTimeSettings | null {
  if (!draft.realTime) return null;
  return {
    deletes: draft.realTimeDeletes,
    takes_bare_messages: false,
    requires_signature: false,
    topic_owner: null,
    topic_names: [],
  };
}

/** A draft of what a task is. */
export function draftOf(task: Task, regions: OssRegion[], timezone: string): Draft {
  const { source, destination, filters, deletes, alerts } = task;
  const percent = deletes?.max_delete.endsWith('%') ?? true;
  return {
    ...emptyDraft(timezone),
    taskId: task.task_id,
    description: task.description ?? '',
    sourceBucket: source.bucket,
    scope: scopeOf(source.prefix, source.prefixes ?? []),
    prefix: source.prefix,
    prefixLines: (source.prefixes ?? []).join('\n'),
    ossRegion: source.region,
    endpointKind: endpointKindOf(source.endpoint, source.is_cname, regions),
    endpointUrl: source.endpoint ?? '',
    secret: source.secret,
    sourceRequestPayer: source.request_payer,
    metadataPolicy: destination.metadata_policy,
    bucket: destination.bucket,
    region: destination.region,
    replicaPrefix: destination.prefix,
    keepPrefix: task.keep_prefix,
    storageClass: destination.storage_class,
    storageClassMap: destination.storage_class_map,
    encryption: destination.encryption,
    kmsKey: destination.kms_key ?? '',
    acl: destination.acl,
    requestPayer: destination.request_payer,
    compare: task.compare,
    deletes: deletes !== null,
    maxDelete: deletes?.max_delete.replace('%', '') ?? '10',
    maxDeleteUnit: percent ? 'percent' : 'objects',
    backupPrefix: deletes?.backup_prefix ?? '',
    include: (filters?.include ?? []).join('\n'),
    exclude: (filters?.exclude ?? []).join('\n'),
    minSize: sizeTextOf(filters?.min_size ?? null),
    maxSize: sizeTextOf(filters?.max_size ?? null),
    modifiedAfter: dayAndTimeOf(filters?.modified_after ?? null),
    modifiedBefore: dayAndTimeOf(filters?.modified_before ?? null),
    ossClasses: filters?.storage_classes ?? [],
    archived: task.archived ?? 'fail',
    ...chosenOf(task.schedule),
    ...typedOf(task.limits ?? null, timezone),
    realTime: task.real_time !== null,
    realTimeDeletes: task.real_time?.deletes ?? false,
    email: alerts?.email ?? '',
    webhook: alerts?.webhook ?? '',
    ...lagTextOf(alerts?.lag_seconds ?? null),
    startNow: false,
  };
}

/** As the API clones: a name of its own, no schedule and no notifications. */
export function cloneOf(draft: Draft): Draft {
  return { ...draft, taskId: '', scheduleKind: 'none', realTime: false, realTimeDeletes: false };
}

function scopeOf(prefix: string, prefixes: string[]): Scope {
  if (prefixes.length > 0) return 'prefixes';
  return prefix === '' ? 'bucket' : 'prefix';
}

function endpointKindOf(endpoint: string | null, isCname: boolean, regions: OssRegion[]): EndpointKind {
  if (endpoint === null) return 'public';
  if (isCname) return 'cname';
  return regions.some((region) => region.accelerate_endpoint === endpoint) ? 'accelerate' : 'other';
}
