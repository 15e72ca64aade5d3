/** Schedule expressions of EventBridge Scheduler, from what is chosen and back. */

import type { Schedule } from '../../../api';
import { moment } from './moments';
import type { DayAndTime, Draft, RateUnit, ScheduleKind } from './draft';

type Chosen = Pick<Draft, 'scheduleKind' | 'once' | 'rate' | 'rateUnit' | 'cron' | 'timezone'>;

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const AT = /^at\((\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?\)$/;
const CRON = /^cron\((.*)\)$/;

/** Null for no schedule, and for one that is not finished yet. */
export function scheduleOf(chosen: Chosen): Schedule | null {
  const expression = expressionOf(chosen);
  if (expression === null) return null;
  return { expression, timezone: chosen.timezone };
}

function expressionOf({ scheduleKind, once, rate, rateUnit, cron }: Chosen): string | null {
  switch (scheduleKind) {
    case 'none':
      return null;
    case 'once':
      return moment(once) === null ? null : `at(${once.date}T${withSeconds(once.time)})`;
    case 'rate':
      return isRate(rate) ? rateExpression(Number(rate), rateUnit) : null;
    case 'cron':
      return cronFields(cron).length === 6 ? `cron(${cronFields(cron).join(' ')})` : null;
  }
}

export function rateExpression(amount: number, unit: RateUnit): string {
  return `rate(${amount} ${unit}${amount === 1 ? '' : 's'})`;
}

export function isRate(text: string): boolean {
  return /^[1-9]\d{0,5}$/.test(text.trim());
}

/** The fields of a cron expression, which may be pasted with its `cron(…)`. */
export function cronFields(text: string): string[] {
  const inner = CRON.exec(text.trim())?.[1] ?? text;
  return inner.split(/\s+/).filter((field) => field !== '');
}

/** What to show for a task's schedule; an expression of no known kind is shown as cron, and refused there. */
export function chosenOf(schedule: Schedule | null): Partial<Chosen> {
  if (schedule === null) return { scheduleKind: 'none' };
  const { expression, timezone } = schedule;
  const rate = RATE.exec(expression);
  if (rate !== null) return { scheduleKind: 'rate', rate: rate[1] ?? '', rateUnit: rate[2] as RateUnit, timezone };
  const at = AT.exec(expression);
  if (at !== null) return { scheduleKind: 'once', once: onceOf(at), timezone };
  const kind: ScheduleKind = 'cron';
  return { scheduleKind: kind, cron: CRON.exec(expression)?.[1] ?? expression, timezone };
}

function onceOf(at: RegExpExecArray): DayAndTime {
  const seconds = at[3] === undefined || at[3] === ':00' ? '' : at[3];
  return { date: at[1] ?? '', time: `${at[2] ?? ''}${seconds}` };
}

function withSeconds(time: string): string {
  return time.length === 5 ? `${time}:00` : time;
}
