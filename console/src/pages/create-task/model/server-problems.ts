/** What the API said about fields, kept until the field changes. */

import type { FieldError, TaskSettings } from '../../../api';

export interface ServerProblem {
  field: string;
  message: string;
  /** What the field was then. */
  refused: string;
}

/** Fields whose inputs show problems of what lies within them, longest first. */
const SHOWN = [
  'source.bucket',
  'source.prefixes',
  'source.prefix',
  'source.region',
  'source.endpoint',
  'source.secret',
  'source.request_payer',
  'destination.metadata_policy',
  'destination.bucket',
  'destination.region',
  'destination.prefix',
  'destination.storage_class_map',
  'destination.storage_class',
  'destination.encryption',
  'destination.kms_key',
  'destination.acl',
  'destination.request_payer',
  'keep_prefix',
  'task_id',
  'description',
  'compare',
  'deletes.max_delete',
  'deletes.backup_prefix',
  'deletes',
  'filters.include',
  'filters.exclude',
  'filters.min_size',
  'filters.max_size',
  'filters.modified_after',
  'filters.modified_before',
  'filters.storage_classes',
  'archived',
  'schedule.expression',
  'schedule.timezone',
  'limits.bandwidth',
  'limits.requests',
  'limits.timetable',
  'limits.timezone',
  'alerts.email',
  'alerts.webhook',
  'alerts.lag_seconds',
] as const;

const ALIASES: Record<string, string> = {
  'source.is_cname': 'source.endpoint',
  schedule: 'schedule.expression',
  limits: 'limits.timetable',
  alerts: 'alerts.email',
};

/** A row of the timetable shows problems at its own inputs. */
const WINDOW_FIELD = /^limits\.timetable\.\d+\.(days|start|end|bandwidth|requests)/;

/** The field that shows what is said about `field`; null if it is about several together. */
export function shownField(field: string): string | null {
  const alias = ALIASES[field];
  if (alias !== undefined) return alias;
  const ofWindow = WINDOW_FIELD.exec(field);
  if (ofWindow !== null) return ofWindow[0];
  return SHOWN.find((one) => field === one || field.startsWith(`${one}.`)) ?? null;
}

/** Split what the API said into what fields show and what no field shows. */
export function sortErrors(
  errors: FieldError[],
  settings: TaskSettings,
): { shown: ServerProblem[]; rest: FieldError[] } {
  const shown: ServerProblem[] = [];
  const rest: FieldError[] = [];
  for (const error of errors) {
    const field = shownField(error.field);
    if (field === null) rest.push(error);
    else shown.push({ field, message: sentence(error.message), refused: valueAt(settings, field) });
  }
  return { shown, rest };
}

/** Those whose field is still what the API refused. */
export function stillRefused(problems: ServerProblem[], settings: TaskSettings): ServerProblem[] {
  return problems.filter(({ field, refused }) => valueAt(settings, field) === refused);
}

function valueAt(settings: TaskSettings, field: string): string {
  let value: unknown = settings;
  for (const name of field.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }
  return JSON.stringify(value) ?? '';
}

/** `must be…` of the API as a sentence of its own. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
