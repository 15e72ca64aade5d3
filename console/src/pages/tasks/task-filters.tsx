import type { UseCollectionResult } from '@cloudscape-design/collection-hooks';
import Select from '@cloudscape-design/components/select';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useTranslation } from 'react-i18next';

import type { TaskSummary } from '../../api';
import { SHOWN } from './task-rows';
import type { Shown } from './task-rows';

interface Props {
  filterProps: UseCollectionResult<TaskSummary>['filterProps'];
  shown: Shown;
  /** How many match; null while nothing is filtered. */
  count: number | null;
  onShown: (shown: Shown) => void;
}

export function TaskFilters({ filterProps, shown, count, onShown }: Props) {
  const { t } = useTranslation('tasks');
  const options = SHOWN.map((value) => ({ value, label: t(`shown.${value}`) }));
  return (
    <div className="filters">
      <div className="filters-text">
        <TextFilter
          {...filterProps}
          filteringPlaceholder={t('find')}
          filteringAriaLabel={t('find')}
          countText={count === null ? '' : t('matches', { count })}
        />
      </div>
      <Select
        inlineLabelText={t('show')}
        options={options}
        selectedOption={options.find(({ value }) => value === shown) ?? null}
        onChange={({ detail }) => onShown(detail.selectedOption.value as Shown)}
      />
    </div>
  );
}
