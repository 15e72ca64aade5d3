import { useTranslation } from 'react-i18next';

import type { LimitWindow, TaskLimits } from './api';
import { LOCALES, useLanguage } from './i18n';
import { useFormat } from './use-format';
import { dayRuns, weekdayName, WEEKDAYS } from './weekdays';
import type { Weekday } from './weekdays';

/** What a task may take, and the windows of its timetable, in words. */
export function useLimitWords() {
  const { t } = useTranslation('limits');
  const format = useFormat();
  const locale = LOCALES[useLanguage()];

  const bandwidth = (limit: number | null) =>
    limit === null ? t('unlimited') : t('bandwidth', { rate: format.rate(limit) });
  const requests = (limit: number | null) =>
    limit === null ? t('unlimited') : t('requests', { count: limit, number: format.number(limit) });

  function days(chosen: readonly Weekday[]): string {
    if (chosen.length === 0 || chosen.length === WEEKDAYS.length) return t('everyDay');
    const names = dayRuns(chosen).flatMap(({ first, last, length }) => {
      const [from, to] = [weekdayName(first, locale), weekdayName(last, locale)];
      if (length === 1) return [from];
      return length === 2 ? [from, to] : [t('days', { first: from, last: to })];
    });
    return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names);
  }

  function hours({ start, end }: LimitWindow): string {
    if (end === '00:00') return start === '00:00' ? t('wholeDay') : t('hours', { start, end: '24:00' });
    return start < end ? t('hours', { start, end }) : t('overnight', { start, end });
  }

  function allowance({ bandwidth: bytes, requests: number }: Pick<TaskLimits, 'bandwidth' | 'requests'>): string {
    if (bytes === null) return requests(number);
    return number === null
      ? bandwidth(bytes)
      : t('both', { rate: format.rate(bytes), count: number, number: format.number(number) });
  }

  const when = (window: LimitWindow) => t('when', { days: days(window.days), hours: hours(window) });
  return { bandwidth, requests, allowance, days, when };
}
