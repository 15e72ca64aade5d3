import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { Field } from '../field';
import { LAG_UNITS } from '../model/units';
import type { LagUnit } from '../model/units';
import { useWizard } from '../wizard-context';

/** Who is told how runs end. */
export function AlertOptions() {
  const { t } = useTranslation('createTask');
  const { draft, change, facts } = useWizard();
  const everybody = facts.deployment.alarm_email;
  const units = LAG_UNITS.map((value) => ({ value, label: t(`lagUnit.${value}`) }));
  return (
    <Container
      header={
        <Header variant="h2" description={t('alerts.hint')}>
          {t('alerts.title')}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Field
          name="alerts.email"
          label={t('alerts.email')}
          optional
          description={t('alerts.emailHint')}
          constraintText={everybody === null ? undefined : t('alerts.deployment', { email: everybody })}
        >
          <Input
            value={draft.email}
            type="email"
            inputMode="email"
            placeholder="operations@example.com"
            spellcheck={false}
            onChange={({ detail }) => change({ email: detail.value })}
          />
        </Field>
        <Field name="alerts.webhook" label={t('alerts.webhook')} optional description={t('alerts.webhookHint')}>
          <Input
            value={draft.webhook}
            type="url"
            inputMode="url"
            placeholder="https://hooks.example.com/services/…"
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => change({ webhook: detail.value })}
          />
        </Field>
        <Field
          name="alerts.lag_seconds"
          label={t('alerts.lag')}
          optional
          description={t('alerts.lagHint')}
          constraintText={t('alerts.lagRule')}
        >
          <div className="number-and-unit">
            <Input
              value={draft.lag}
              inputMode="numeric"
              ariaLabel={t('alerts.lag')}
              onChange={({ detail }) => change({ lag: detail.value })}
            />
            <Select
              selectedOption={units.find((one) => one.value === draft.lagUnit) ?? null}
              options={units}
              ariaLabel={t('alerts.lagUnit')}
              onChange={({ detail }) => change({ lagUnit: detail.selectedOption.value as LagUnit })}
            />
          </div>
        </Field>
      </SpaceBetween>
    </Container>
  );
}
