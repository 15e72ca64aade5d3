/** The time zones that the browser knows, with the one that is chosen even if it does not. */
export function timezones(chosen: string): { value: string }[] {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set(['UTC', chosen, ...known])].map((value) => ({ value }));
}

export function browserTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
