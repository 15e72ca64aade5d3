/** Moments as a day and a time of day on the clock of the browser. */

import type { DayAndTime } from './draft';

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

/** Null unless both are whole and the day exists. */
export function moment({ date, time }: DayAndTime): Date | null {
  if (!DATE.test(date) || !TIME.test(time)) return null;
  const found = new Date(`${date}T${time}`);
  if (Number.isNaN(found.getTime())) return null;
  // JavaScript takes the 30th of February for the 2nd of March.
  return isDay(date) ? found : null;
}

export function isBlank({ date, time }: DayAndTime): boolean {
  return date === '' && time === '';
}

/** ISO 8601 in UTC; null for none. */
export function isoOf(chosen: DayAndTime): string | null {
  return moment(chosen)?.toISOString().replace('.000Z', 'Z') ?? null;
}

export function dayAndTimeOf(iso: string | null): DayAndTime {
  if (iso === null) return { date: '', time: '' };
  const at = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const seconds = at.getSeconds() === 0 ? '' : `:${two(at.getSeconds())}`;
  return { date, time: `${two(at.getHours())}:${two(at.getMinutes())}${seconds}` };
}

function isDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return day >= 1 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}
