/** Sizes and lags as a number in a box and a unit beside it. */

export const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
export type SizeUnit = (typeof SIZE_UNITS)[number];

export const LAG_UNITS = ['second', 'minute', 'hour'] as const;
export type LagUnit = (typeof LAG_UNITS)[number];

const LAG_SECONDS: Record<LagUnit, number> = { second: 1, minute: 60, hour: 3600 };

/** Bytes, rounded; null unless the text is a number of zero or more, such as `1.5`. */
export function bytesOf(text: string, unit: SizeUnit): number | null {
  const amount = decimal(text);
  if (amount === null) return null;
  const bytes = Math.round(amount * 1024 ** SIZE_UNITS.indexOf(unit));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** The largest unit that bytes are a whole number of. */
export function sizeTextOf(bytes: number | null): { text: string; unit: SizeUnit } {
  if (bytes === null) return { text: '', unit: 'MiB' };
  let amount = bytes;
  let unit = 0;
  while (amount > 0 && amount % 1024 === 0 && unit < SIZE_UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return { text: String(amount), unit: SIZE_UNITS[unit] ?? 'B' };
}

/** Seconds; null unless they are a whole number. */
export function secondsOf(text: string, unit: LagUnit): number | null {
  const amount = decimal(text);
  if (amount === null) return null;
  const seconds = amount * LAG_SECONDS[unit];
  return Number.isInteger(seconds) ? seconds : null;
}

export function lagTextOf(seconds: number | null): { lag: string; lagUnit: LagUnit } {
  if (seconds === null) return { lag: '', lagUnit: 'minute' };
  const lagUnit = seconds % 3600 === 0 ? 'hour' : seconds % 60 === 0 ? 'minute' : 'second';
  return { lag: String(seconds / LAG_SECONDS[lagUnit]), lagUnit };
}

function decimal(text: string): number | null {
  return /^\d{1,15}(\.\d{1,6})?$/.test(text.trim()) ? Number(text.trim()) : null;
}
