/** What a task may take of its source, from what was typed and back. */

import type { LimitWindow, TaskLimits } from '../../../api';
import type { Draft, WindowText } from './draft';
import type { Problem } from './rules';

export const MAX_WINDOWS = 50;
export const NEW_WINDOW: WindowText = { days: [], start: '', end: '', bandwidth: '', requests: '' };

const MIB = 1024 ** 2;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

type Typed = Pick<Draft, 'bandwidth' | 'requests' | 'windows' | 'limitTimezone'>;
type Allowance = Pick<WindowText, 'bandwidth' | 'requests'>;

/** Bytes per second of a number of MiB; null unless it is one. Every whole number of bytes can be written so. */
export function bandwidthOf(text: string): number | null {
  const trimmed = text.trim();
  return /^\d{1,9}(\.\d{1,20})?$/.test(trimmed) ? Math.round(Number(trimmed) * MIB) : null;
}

export function requestsOf(text: string): number | null {
  return /^0*[1-9]\d{0,8}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** Null for no limits at all. */
export function limitsOf({ bandwidth, requests, windows, limitTimezone }: Typed): TaskLimits | null {
  const limits = {
    ...allowanceOf({ bandwidth, requests }),
    timetable: windows.map((one): LimitWindow => ({
      days: one.days,
      start: one.start,
      end: one.end,
      ...allowanceOf(one),
    })),
    timezone: limitTimezone,
  };
  const isEmpty = limits.bandwidth === null && limits.requests === null && windows.length === 0;
  return isEmpty ? null : limits;
}

function allowanceOf({ bandwidth, requests }: Allowance) {
  return { bandwidth: bandwidthOf(bandwidth), requests: requestsOf(requests) };
}

/** What to show for a task's limits. */
export function typedOf(limits: TaskLimits | null, timezone: string): Typed {
  return {
    ...textsOf(limits),
    windows: (limits?.timetable ?? []).map((one) => ({
      days: one.days,
      start: one.start,
      end: one.end,
      ...textsOf(one),
    })),
    limitTimezone: limits?.timezone ?? timezone,
  };
}

function textsOf(limits: Pick<TaskLimits, 'bandwidth' | 'requests'> | null): Allowance {
  const { bandwidth = null, requests = null } = limits ?? {};
  return {
    bandwidth: bandwidth === null ? '' : String(bandwidth / MIB),
    requests: requests === null ? '' : String(requests),
  };
}

/** What is wrong with the limits, by field. */
export function limitProblems({ bandwidth, requests, windows }: Typed): [string, Problem | null][] {
  const all = [{ bandwidth, requests }, ...windows];
  const isNothing = windows.length > 0 && all.every((one) => isBlank(one.bandwidth) && isBlank(one.requests));
  return [
    ...allowanceProblems('limits', { bandwidth, requests }),
    ['limits.timetable', isNothing ? { rule: 'limitsNothing' } : null],
    ...windows.flatMap((one, index): [string, Problem | null][] => {
      const name = `limits.timetable.${index}`;
      return [
        [`${name}.start`, timeProblem(one.start)],
        [`${name}.end`, timeProblem(one.end)],
        ...allowanceProblems(name, one),
      ];
    }),
  ];
}

function allowanceProblems(name: string, { bandwidth, requests }: Allowance): [string, Problem | null][] {
  const isNumber = isBlank(requests) || requestsOf(requests) !== null;
  return [
    [`${name}.bandwidth`, bandwidthProblem(bandwidth)],
    [`${name}.requests`, isNumber ? null : { rule: 'requests' }],
  ];
}

function bandwidthProblem(text: string): Problem | null {
  if (isBlank(text)) return null;
  const bytes = bandwidthOf(text);
  if (bytes === null) return { rule: 'bandwidth' };
  return bytes < MIB ? { rule: 'bandwidthLeast' } : null;
}

function timeProblem(text: string): Problem | null {
  return TIME.test(text) ? null : { rule: 'windowTime' };
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
