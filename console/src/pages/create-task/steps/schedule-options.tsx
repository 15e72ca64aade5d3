import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { Field } from '../field';
import type { RateUnit, ScheduleKind } from '../model/draft';
import { useWizard } from '../wizard-context';
import { MomentInput } from './moment-input';
import { NextTimes } from './next-times';
import { TimezoneSelect } from './timezone-select';

const KINDS: ScheduleKind[] = ['none', 'once', 'rate', 'cron'];
const RATE_UNITS: RateUnit[] = ['minute', 'hour', 'day'];

/** When runs start by themselves. */
export function ScheduleOptions() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const { scheduleKind } = draft;
  return (
    <Container header={<Header variant="h2">{t('schedule.title')}</Header>}>
      <SpaceBetween size="l">
        <FormField label={t('schedule.label')}>
          <RadioGroup
            value={scheduleKind}
            ariaLabel={t('schedule.label')}
            items={KINDS.map((kind) => ({
              value: kind,
              label: t(`schedule.${kind}`),
              description: t(`scheduleHint.${kind}`),
            }))}
            onChange={({ detail }) => change({ scheduleKind: detail.value as ScheduleKind })}
          />
        </FormField>
        {scheduleKind === 'once' && (
          <Field name="schedule.expression" label={t('schedule.onceLabel')}>
            <MomentInput label={t('schedule.onceLabel')} value={draft.once} onChange={(once) => change({ once })} />
          </Field>
        )}
        {scheduleKind === 'rate' && <RateInput />}
        {scheduleKind === 'cron' && (
          <Field name="schedule.expression" label={t('schedule.cronLabel')} constraintText={t('schedule.cronRule')}>
            <Input
              value={draft.cron}
              placeholder="0 3 * * ? *"
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => change({ cron: detail.value })}
            />
          </Field>
        )}
        {(scheduleKind === 'once' || scheduleKind === 'cron') && <TimezonePicker />}
        <NextTimes />
      </SpaceBetween>
    </Container>
  );
}

function RateInput() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const units = RATE_UNITS.map((value) => ({ value, label: t(`rateUnit.${value}`) }));
  return (
    <Field name="schedule.expression" label={t('schedule.rateLabel')}>
      <div className="number-and-unit">
        <Input
          value={draft.rate}
          inputMode="numeric"
          ariaLabel={t('schedule.rateLabel')}
          onChange={({ detail }) => change({ rate: detail.value })}
        />
        <Select
          selectedOption={units.find((one) => one.value === draft.rateUnit) ?? null}
          options={units}
          ariaLabel={t('schedule.rateUnit')}
          onChange={({ detail }) => change({ rateUnit: detail.selectedOption.value as RateUnit })}
        />
      </div>
    </Field>
  );
}

function TimezonePicker() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  return (
    <Field name="schedule.timezone" label={t('schedule.timezone')} description={t('schedule.timezoneHint')}>
      <TimezoneSelect value={draft.timezone} onChange={(timezone) => change({ timezone })} />
    </Field>
  );
}
