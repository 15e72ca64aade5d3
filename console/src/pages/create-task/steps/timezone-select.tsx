import Select from '@cloudscape-design/components/select';
import { useTranslation } from 'react-i18next';

import { timezones } from '../model/timezones';

interface Props {
  value: string;
  onChange: (value: string) => void;
}

export function TimezoneSelect({ value, onChange }: Props) {
  const { t } = useTranslation('createTask');
  return (
    <Select
      selectedOption={{ value }}
      options={timezones(value)}
      filteringType="auto"
      filteringPlaceholder={t('schedule.timezoneSearch')}
      filteringAriaLabel={t('schedule.timezoneSearch')}
      empty={t('nothingFound')}
      virtualScroll
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? 'UTC')}
    />
  );
}
