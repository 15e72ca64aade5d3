import type { Schedule } from '../../api';

/** The time zone of a schedule, or UTC for one that this browser does not know. */
export function scheduleZone(schedule: Schedule | null): string {
  const zone = schedule?.timezone ?? 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}
