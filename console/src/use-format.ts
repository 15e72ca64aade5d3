import { useMemo } from 'react';

import * as format from './format';
import { LOCALES, useLanguage } from './i18n';

/** The functions of `format.ts` in the user's language. */
export function useFormat() {
  const language = useLanguage();
  return useMemo(() => {
    const locale = LOCALES[language];
    return {
      number: (value: number | null | undefined, digits?: number) => format.formatNumber(value, locale, digits),
      bytes: (bytes: number | null | undefined) => format.formatBytes(bytes, locale),
      rate: (bytesPerSecond: number | null | undefined) => format.formatRate(bytesPerSecond, locale),
      share: (share: number | null | undefined) => format.formatShare(share, locale),
      usd: (usd: number | null | undefined) => format.formatUsd(usd, locale),
      duration: (seconds: number | null | undefined) => format.formatDuration(seconds, locale),
      lag: (seconds: number | null | undefined) => format.formatLag(seconds, locale),
      time: (iso: string | null | undefined, timeZone?: string) => format.formatTime(iso, locale, timeZone),
      date: (iso: string | null | undefined, timeZone?: string) => format.formatDate(iso, locale, timeZone),
      ago: (iso: string | null | undefined) => format.formatAgo(iso, locale),
    };
  }, [language]);
}
