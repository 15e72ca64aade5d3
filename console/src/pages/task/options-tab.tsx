import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import type { Task } from '../../api';
import { useCan } from '../../auth/session';
import { link } from '../../links';
import { useDestinationOptions, useSourceOptions } from './options-places';
import {
  useAlertOptions,
  useCopyOptions,
  useFilterOptions,
  useLimitOptions,
  useScheduleOptions,
} from './options-rules';

export type Option = readonly [label: string, value: ReactNode];

/** Every setting of a task in words. */
export function OptionsTab({ task }: { task: Task }) {
  const { t } = useTranslation('task');
  const source = useSourceOptions(task);
  const destination = useDestinationOptions(task);
  const copies = useCopyOptions(task);
  const filters = useFilterOptions(task);
  const schedule = useScheduleOptions(task);
  const limits = useLimitOptions(task);
  const alerts = useAlertOptions(task);
  const edit = useCan('admin') && <Button href={link.editTask(task.task_id)}>{t('actions.edit')}</Button>;
  return (
    <SpaceBetween size="l">
      <Group title={t('options.source')} options={source} actions={edit} />
      <Group title={t('options.destination')} options={destination} />
      <Group title={t('options.copying')} options={copies} />
      {filters !== null && <Group title={t('options.filters')} options={filters} />}
      <Group title={t('options.schedule')} options={schedule} />
      <Group title={t('options.limits')} description={t('options.limitsLive')} options={limits} />
      <Group title={t('options.alerts')} options={alerts} />
    </SpaceBetween>
  );
}

interface GroupProps {
  title: string;
  description?: string;
  options: readonly Option[];
  actions?: ReactNode;
}

function Group({ title, description, options, actions }: GroupProps) {
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <KeyValuePairs
        ariaLabel={title}
        columns={3}
        minColumnWidth={200}
        items={options.map(([label, value]) => ({ label, value }))}
      />
    </Container>
  );
}
