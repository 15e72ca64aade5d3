import DatePicker from '@cloudscape-design/components/date-picker';
import TimeInput from '@cloudscape-design/components/time-input';
import { useTranslation } from 'react-i18next';

import type { DayAndTime } from '../model/draft';

interface Props {
  label: string;
  value: DayAndTime;
  onChange: (value: DayAndTime) => void;
}

/** A day and a time of day; the time is midnight until another one is typed. */
export function MomentInput({ label, value, onChange }: Props) {
  const { t } = useTranslation('createTask');
  return (
    <div className="moment">
      <DatePicker
        value={value.date}
        placeholder="YYYY/MM/DD"
        ariaLabel={t('moment.date', { label })}
        onChange={({ detail }) => onChange(withDate(value, detail.value))}
      />
      <TimeInput
        value={value.time}
        format="hh:mm"
        placeholder="hh:mm"
        ariaLabel={t('moment.time', { label })}
        onChange={({ detail }) => onChange({ ...value, time: detail.value })}
      />
    </div>
  );
}

function withDate({ date, time }: DayAndTime, next: string): DayAndTime {
  if (next === '') return { date: '', time: time === '00:00' ? '' : time };
  return { date: next, time: date === '' && time === '' ? '00:00' : time };
}
