/** Numbers, sizes and times in words of a language. Every function takes the BCP 47 locale last; pages use `useFormat`. */

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const NOTHING = '–';

export function formatNumber(value: number | null | undefined, locale: string, digits = 0): string {
  if (value == null) return NOTHING;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** Powers of 1024, three significant digits: `1.46 GiB`. */
export function formatBytes(bytes: number | null | undefined, locale: string): string {
  if (bytes == null) return NOTHING;
  let unit = 0;
  let amount = Math.abs(bytes);
  // 1023.5 would be shown as 1,024 of the smaller unit.
  while (amount >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  return `${bytes < 0 ? '-' : ''}${formatNumber(amount, locale, digits)} ${BYTE_UNITS[unit]}`;
}

export function formatRate(bytesPerSecond: number | null | undefined, locale: string): string {
  return bytesPerSecond == null ? NOTHING : `${formatBytes(bytesPerSecond, locale)}/s`;
}

/** A share between 0 and 1; never 100 % before everything is done. */
export function formatShare(share: number | null | undefined, locale: string): string {
  if (share == null) return NOTHING;
  const percent = share >= 1 ? 1 : Math.min(Math.floor(share * 1000) / 1000, 0.999);
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(percent);
}

/** Dollars; what is too small to show is said to be so. */
export function formatUsd(usd: number | null | undefined, locale: string): string {
  if (usd == null) return NOTHING;
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' });
  return usd > 0 && usd < 0.01 ? `< ${format.format(0.01)}` : format.format(usd);
}

const DURATION_UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** The two largest units that are not zero: `3 hr 4 min`. */
export function formatDuration(seconds: number | null | undefined, locale: string): string {
  if (seconds == null || !Number.isFinite(seconds)) return NOTHING;
  let rest = Math.max(0, Math.round(seconds));
  if (rest === 0) return seconds > 0 ? `< ${unitOf(1, 'second', locale)}` : unitOf(0, 'second', locale);
  const words: string[] = [];
  for (const [unit, size] of DURATION_UNITS) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) words.push(unitOf(amount, unit, locale));
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.join(' ');
}

/** A short time with its fractions, for lag: `0.8 sec`, `12.3 sec`, then as `formatDuration`. */
export function formatLag(seconds: number | null | undefined, locale: string): string {
  if (seconds == null) return NOTHING;
  return seconds < 60 ? unitOf(Math.round(seconds * 10) / 10, 'second', locale) : formatDuration(seconds, locale);
}

function unitOf(amount: number, unit: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(
    amount,
  );
}

/** Date and time of day in the browser's time zone. */
export function formatTime(iso: string | null | undefined, locale: string, timeZone?: string): string {
  const time = parse(iso);
  if (time === null) return NOTHING;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone }).format(time);
}

export function formatDate(iso: string | null | undefined, locale: string, timeZone?: string): string {
  const time = parse(iso);
  return time === null ? NOTHING : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }).format(time);
}

/** `5 minutes ago`, `in 2 hours`. */
export function formatAgo(iso: string | null | undefined, locale: string, now: number = Date.now()): string {
  const time = parse(iso);
  if (time === null) return NOTHING;
  const seconds = Math.round((time.getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, size] of DURATION_UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

function parse(iso: string | null | undefined): Date | null {
  if (iso == null) return null;
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? null : time;
}
