/** What the API would refuse, found while it is typed: the same limits and patterns as `docs/openapi.json` states. */

import type { OssRegion } from '../../../api';
import type { DayAndTime, Draft, SizeText } from './draft';
import { MAX_PATTERN, MAX_PATTERNS, patternProblem, patternsIn } from './globs';
import type { PatternProblem } from './globs';
import { limitProblems } from './limits';
import { chosenPrefixes, replicaPrefixOf, sourcePrefix } from './mapping';
import { isBlank, moment } from './moments';
import { byteLength, MAX_PREFIXES, MAX_PREFIXES_BYTES } from './prefix-list';
import { cronFields, isRate } from './schedule';
import { accelerateEndpoint } from './settings';
import { bytesOf, secondsOf } from './units';
import { isEmail, webhookProblem } from './addresses';

export const MAX_TASK_ID = 40;
export const MAX_DESCRIPTION = 256;
const TASK_ID = /^[a-z0-9][a-z0-9-]*$/;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const OSS_REGION = /^[a-z]{2}-[a-z0-9-]+$/;
const AWS_REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const KMS_KEY = /^[A-Za-z0-9:/_-]{1,2048}$/;
const MAX_PREFIX = 1023;
const MAX_BACKUP_PREFIX = 900;

/** A rule that is broken: its text is `problem.RULE`. */
export interface Problem {
  rule: Rule;
  values?: Record<string, string | number>;
}

export type Rule =
  | 'required'
  | 'taskId'
  | 'taskIdLength'
  | 'descriptionLength'
  | 'line'
  | 'bucket'
  | 'prefixRequired'
  | 'prefixSlash'
  | 'prefixLength'
  | 'prefixesRequired'
  | 'prefixesBase'
  | 'prefixesMany'
  | 'prefixesBytes'
  | 'listRequired'
  | 'ossRegion'
  | 'accelerateUnknown'
  | 'url'
  | 'secretRequired'
  | 'awsRegion'
  | 'dotSegment'
  | 'kmsKey'
  | 'aclsRefused'
  | 'deletesDenied'
  | 'maxDelete'
  | 'maxDeletePercent'
  | 'backupFolder'
  | 'backupHolds'
  | 'patternsMany'
  | PatternProblem
  | 'size'
  | 'sizeOrder'
  | 'moment'
  | 'momentOrder'
  | 'rate'
  | 'cron'
  | 'once'
  | 'bandwidth'
  | 'bandwidthLeast'
  | 'requests'
  | 'windowTime'
  | 'limitsNothing'
  | 'email'
  | 'webhook'
  | 'webhookHost'
  | 'lag'
  | 'lagNeedsAddress';

/** What of the deployment decides about a draft. */
export interface Limits {
  ossRegions: OssRegion[];
  deletesAllowed: boolean;
  aclsAllowed: boolean;
}

/** What is wrong, by field. */
export type Problems = Map<string, Problem>;

export function problemsOf(draft: Draft, limits: Limits): Problems {
  const found: [string, Problem | null][] = [
    ...sourceProblems(draft, limits),
    ...destinationProblems(draft, limits),
    ...optionProblems(draft, limits),
  ];
  return new Map(found.filter((entry): entry is [string, Problem] => entry[1] !== null));
}

function sourceProblems(draft: Draft, limits: Limits): [string, Problem | null][] {
  return [
    ['source.bucket', bucketProblem(draft.sourceBucket)],
    ['source.prefix', sourcePrefixProblem(draft)],
    ['source.prefixes', prefixesProblem(draft)],
    ['source.region', regionProblem(draft.ossRegion, OSS_REGION, 'ossRegion')],
    ['source.endpoint', endpointProblem(draft, limits.ossRegions)],
    ['source.secret', draft.secret === '' ? { rule: 'secretRequired' } : null],
  ];
}

function destinationProblems(draft: Draft, limits: Limits): [string, Problem | null][] {
  const { replicaPrefix, encryption, kmsKey } = draft;
  const hasDots = replicaPrefix.split('/').some((part) => part === '.' || part === '..');
  const isBadKey = encryption === 'sse-kms' && kmsKey.trim() !== '' && !KMS_KEY.test(kmsKey.trim());
  const isRefused = draft.acl !== 'bucket-default' && !limits.aclsAllowed;
  return [
    ['destination.bucket', bucketProblem(draft.bucket)],
    ['destination.region', regionProblem(draft.region, AWS_REGION, 'awsRegion')],
    ['destination.prefix', prefixProblem(replicaPrefix) ?? (hasDots ? { rule: 'dotSegment' } : null)],
    ['destination.kms_key', isBadKey ? { rule: 'kmsKey' } : null],
    ['destination.acl', isRefused ? { rule: 'aclsRefused' } : null],
  ];
}

function optionProblems(draft: Draft, limits: Limits): [string, Problem | null][] {
  const wantsDeletes = draft.deletes && !limits.deletesAllowed;
  return [
    ['task_id', taskIdProblem(draft.taskId)],
    ['description', descriptionProblem(draft.description)],
    ['deletes', wantsDeletes ? { rule: 'deletesDenied' } : null],
    ['deletes.max_delete', draft.deletes ? maxDeleteProblem(draft) : null],
    ['deletes.backup_prefix', draft.deletes ? backupProblem(draft) : null],
    ['filters.include', patternsProblem(draft.include)],
    ['filters.exclude', patternsProblem(draft.exclude)],
    ['filters.min_size', sizeProblem(draft.minSize)],
    ['filters.max_size', sizeProblem(draft.maxSize) ?? sizeOrder(draft)],
    ['filters.modified_after', momentProblem(draft.modifiedAfter)],
    ['filters.modified_before', momentProblem(draft.modifiedBefore) ?? momentOrder(draft)],
    ['schedule.expression', scheduleProblem(draft)],
    ...limitProblems(draft),
    ['alerts.email', isBlankText(draft.email) || isEmail(draft.email.trim()) ? null : { rule: 'email' }],
    ['alerts.webhook', isBlankText(draft.webhook) ? null : brokenRule(webhookProblem(draft.webhook.trim()))],
    ['alerts.lag_seconds', lagProblem(draft)],
  ];
}

export function taskIdProblem(taskId: string): Problem | null {
  if (taskId === '') return { rule: 'required' };
  if (!TASK_ID.test(taskId)) return { rule: 'taskId' };
  return taskId.length > MAX_TASK_ID ? { rule: 'taskIdLength', values: { length: taskId.length } } : null;
}

function descriptionProblem(description: string): Problem | null {
  const text = description.trim();
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) return { rule: 'line' };
  const { length } = [...text];
  return length > MAX_DESCRIPTION ? { rule: 'descriptionLength', values: { length } } : null;
}

function bucketProblem(bucket: string): Problem | null {
  if (bucket === '') return { rule: 'required' };
  return BUCKET.test(bucket) ? null : { rule: 'bucket' };
}

function regionProblem(region: string, pattern: RegExp, rule: Rule): Problem | null {
  return pattern.test(region) ? null : { rule };
}

function sourcePrefixProblem(draft: Draft): Problem | null {
  if (draft.scope === 'prefix' && draft.prefix === '') return { rule: 'prefixRequired' };
  return prefixProblem(sourcePrefix(draft));
}

function prefixProblem(prefix: string): Problem | null {
  if (prefix.startsWith('/')) return { rule: 'prefixSlash' };
  const { length } = [...prefix];
  return length > MAX_PREFIX ? { rule: 'prefixLength', values: { length } } : null;
}

function prefixesProblem(draft: Draft): Problem | null {
  if (draft.scope === 'list' && draft.listPrefixes.length === 0) return { rule: 'listRequired' };
  const chosen = chosenPrefixes(draft);
  if (draft.scope === 'prefixes' && chosen.length === 0) return { rule: 'prefixesRequired' };
  const base = sourcePrefix(draft);
  for (const prefix of chosen) {
    const problem = prefixProblem(prefix);
    if (problem !== null) return { ...problem, values: { ...problem.values, prefix } };
    if (!prefix.startsWith(base)) return { rule: 'prefixesBase', values: { base, prefix } };
  }
  const bytes = chosen.reduce((sum, prefix) => sum + byteLength(prefix), 0);
  if (chosen.length > MAX_PREFIXES) return { rule: 'prefixesMany', values: { number: chosen.length } };
  return bytes > MAX_PREFIXES_BYTES ? { rule: 'prefixesBytes', values: { bytes } } : null;
}

function endpointProblem(draft: Draft, regions: OssRegion[]): Problem | null {
  const { endpointKind, endpointUrl, ossRegion } = draft;
  if (endpointKind === 'public') return null;
  if (endpointKind === 'accelerate') {
    return ossRegion !== '' && accelerateEndpoint(ossRegion, regions) === null ? { rule: 'accelerateUnknown' } : null;
  }
  return isUrl(endpointUrl.trim()) ? null : { rule: 'url' };
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[^\s/?#@]+\/?$/.test(text) && URL.canParse(text);
}

function maxDeleteProblem({ maxDelete, maxDeleteUnit }: Draft): Problem | null {
  const text = maxDelete.trim();
  if (!/^\d{1,12}$/.test(text)) return { rule: 'maxDelete' };
  return maxDeleteUnit === 'percent' && Number(text) > 100 ? { rule: 'maxDeletePercent' } : null;
}

function backupProblem(draft: Draft): Problem | null {
  const { backupPrefix } = draft;
  if (backupPrefix === '') return null;
  if (backupPrefix.startsWith('/') || !backupPrefix.endsWith('/')) return { rule: 'backupFolder' };
  const { length } = [...backupPrefix];
  if (length > MAX_BACKUP_PREFIX) return { rule: 'prefixLength', values: { length } };
  return replicaPrefixOf(draft).startsWith(backupPrefix) ? { rule: 'backupHolds' } : null;
}

function patternsProblem(text: string): Problem | null {
  const patterns = patternsIn(text);
  if (patterns.length > MAX_PATTERNS) return { rule: 'patternsMany', values: { number: patterns.length } };
  for (const pattern of patterns) {
    const rule = patternProblem(pattern);
    if (rule !== null) return { rule, values: { pattern: pattern.slice(0, 60), most: MAX_PATTERN } };
  }
  return null;
}

function sizeProblem({ text, unit }: SizeText): Problem | null {
  return isBlankText(text) || bytesOf(text, unit) !== null ? null : { rule: 'size' };
}

function sizeOrder({ minSize, maxSize }: Draft): Problem | null {
  const [least, most] = [bytesOf(minSize.text, minSize.unit), bytesOf(maxSize.text, maxSize.unit)];
  return least !== null && most !== null && least > most ? { rule: 'sizeOrder' } : null;
}

function momentProblem(chosen: DayAndTime): Problem | null {
  return isBlank(chosen) || moment(chosen) !== null ? null : { rule: 'moment' };
}

function momentOrder({ modifiedAfter, modifiedBefore }: Draft): Problem | null {
  const [after, before] = [moment(modifiedAfter), moment(modifiedBefore)];
  return after !== null && before !== null && after >= before ? { rule: 'momentOrder' } : null;
}

function scheduleProblem({ scheduleKind, once, rate, cron }: Draft): Problem | null {
  if (scheduleKind === 'once' && moment(once) === null) return { rule: 'once' };
  if (scheduleKind === 'rate' && !isRate(rate)) return { rule: 'rate' };
  return scheduleKind === 'cron' && cronFields(cron).length !== 6 ? { rule: 'cron' } : null;
}

function lagProblem(draft: Draft): Problem | null {
  if (isBlankText(draft.lag)) return null;
  const seconds = secondsOf(draft.lag, draft.lagUnit);
  if (seconds === null || seconds < 60 || seconds > 7 * 86_400) return { rule: 'lag' };
  return isBlankText(draft.email) && isBlankText(draft.webhook) ? { rule: 'lagNeedsAddress' } : null;
}

function brokenRule(rule: Rule | null): Problem | null {
  return rule === null ? null : { rule };
}

function isBlankText(text: string): boolean {
  return text.trim() === '';
}
