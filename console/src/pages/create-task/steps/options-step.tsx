import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import type { Archived, Compare } from '../../../api';
import { Field } from '../field';
import { useWizard } from '../wizard-context';
import { AlertOptions } from './alert-options';
import { DeleteOptions } from './delete-options';
import { FilterOptions } from './filter-options';
import { LimitOptions } from './limit-options';
import { RealTimeOptions } from './real-time-options';
import { ScheduleOptions } from './schedule-options';

const COMPARES: Compare[] = ['auto', 'size', 'checksum', 'always'];
const ARCHIVED: Archived[] = ['fail', 'skip', 'restore'];

export function OptionsStep() {
  return (
    <SpaceBetween size="l">
      <Naming />
      <CompareOptions />
      <FilterOptions />
      <DeleteOptions />
      <ScheduleOptions />
      <LimitOptions />
      <RealTimeOptions />
      <AlertOptions />
    </SpaceBetween>
  );
}

function Naming() {
  const { t } = useTranslation('createTask');
  const { mode, draft, change, touch } = useWizard();
  return (
    <Container header={<Header variant="h2">{t('naming.title')}</Header>}>
      <SpaceBetween size="l">
        <Field
          name="task_id"
          label={t('naming.name')}
          description={mode.kind === 'edit' ? t('naming.fixed') : t('naming.nameHint')}
          constraintText={t('naming.nameRule')}
        >
          <Input
            value={draft.taskId}
            disabled={mode.kind === 'edit'}
            placeholder="photos-to-s3"
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => {
              change({ taskId: detail.value.trim() });
              // What a name may be is said at the first letter that it may not have.
              touch('task_id');
            }}
          />
        </Field>
        <Field name="description" label={t('naming.description')} optional constraintText={t('naming.descriptionRule')}>
          <Input value={draft.description} onChange={({ detail }) => change({ description: detail.value })} />
        </Field>
      </SpaceBetween>
    </Container>
  );
}

function CompareOptions() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  return (
    <Container header={<Header variant="h2">{t('copying.title')}</Header>}>
      <SpaceBetween size="l">
        <Field name="compare" label={t('copying.compare')} description={t('copying.compareHint')}>
          <RadioGroup
            value={draft.compare}
            ariaLabel={t('copying.compare')}
            items={COMPARES.map((value) => ({
              value,
              label: t(`compare.${value}`),
              description: t(`compareHint.${value}`),
            }))}
            onChange={({ detail }) => change({ compare: detail.value as Compare })}
          />
        </Field>
        <Field name="archived" label={t('copying.archived')} description={t('copying.archivedHint')}>
          <RadioGroup
            value={draft.archived}
            ariaLabel={t('copying.archived')}
            items={ARCHIVED.map((value) => ({
              value,
              label: t(`archived.${value}`),
              description: t(`archivedHint.${value}`),
            }))}
            onChange={({ detail }) => change({ archived: detail.value as Archived })}
          />
        </Field>
      </SpaceBetween>
    </Container>
  );
}
