/** Days of the week as the API names them. */

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `Mon`, `周一`. */
export function weekdayName(day: Weekday, locale: string): string {
  // The 1st of January 2024 was a Monday.
  const date = new Date(Date.UTC(2024, 0, 1 + WEEKDAYS.indexOf(day)));
  return new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(date);
}

/** Days that follow each other, in the order of the week, with the first and the last of each. */
export function dayRuns(days: readonly Weekday[]): { first: Weekday; last: Weekday; length: number }[] {
  const runs: { first: Weekday; last: Weekday; length: number }[] = [];
  for (const day of WEEKDAYS.filter((one) => days.includes(one))) {
    const run = runs.at(-1);
    if (run !== undefined && WEEKDAYS.indexOf(run.last) + 1 === WEEKDAYS.indexOf(day)) {
      run.last = day;
      run.length += 1;
    } else runs.push({ first: day, last: day, length: 1 });
  }
  return runs;
}
