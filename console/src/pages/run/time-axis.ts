import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { LOCALES, useLanguage } from '../../i18n';
import type { Step } from './chart-steps';

const DAY = 24 * 3600 * 1000;

/** The axis of time in the browser's zone, with days where there is more than one. */
export function useTimeAxis(steps: readonly Step[]) {
  const { t } = useTranslation('run');
  const locale = LOCALES[useLanguage()];
  const begin = steps[0]?.time.getTime() ?? 0;
  const end = steps.at(-1)?.time.getTime() ?? 0;
  return useMemo(() => {
    const hasDays = new Date(begin).toDateString() !== new Date(end).toDateString();
    const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
    const tick = (time: Date) => {
      if (!hasDays) return clock.format(time);
      return end - begin > 4 * DAY ? day.format(time) : `${day.format(time)}\n${clock.format(time)}`;
    };
    const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
    return {
      xTitle: t('charts.timeAxis', { zone: zoneName(locale, new Date(end)) }),
      xDomain: begin === end ? undefined : [new Date(begin), new Date(end)],
      xTickFormatter: tick,
      i18nStrings: {
        xTickFormatter: (time: Date) => whole.format(time),
      },
    };
  }, [begin, end, locale, t]);
}

function zoneName(locale: string, time: Date): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }).formatToParts(time);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}
