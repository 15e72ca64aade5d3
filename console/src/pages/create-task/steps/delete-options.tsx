import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useTranslation } from 'react-i18next';

import { Field } from '../field';
import type { MaxDeleteUnit } from '../model/draft';
import { useWizard } from '../wizard-context';

const UNITS: MaxDeleteUnit[] = ['percent', 'objects'];

/** Whether replicas go whose source is gone, how many at most, and whether they are kept elsewhere. */
export function DeleteOptions() {
  const { t } = useTranslation('createTask');
  const { draft, change, facts } = useWizard();
  const isAllowed = facts.deployment.deletes_allowed;
  return (
    <Container header={<Header variant="h2">{t('deletes.title')}</Header>}>
      <SpaceBetween size="l">
        <Field
          name="deletes"
          label={t('deletes.label')}
          description={t('deletes.hint')}
          constraintText={isAllowed ? undefined : t('deletes.denied')}
        >
          <Toggle
            checked={draft.deletes}
            disabled={!isAllowed && !draft.deletes}
            onChange={({ detail }) => change({ deletes: detail.checked })}
          >
            {t('deletes.toggle')}
          </Toggle>
        </Field>
        {draft.deletes && <Limits />}
      </SpaceBetween>
    </Container>
  );
}

function Limits() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const units = UNITS.map((value) => ({ value, label: t(`deletes.${value}`) }));
  return (
    <SpaceBetween size="l">
      <Field name="deletes.max_delete" label={t('deletes.most')} description={t('deletes.mostHint')}>
        <div className="number-and-unit">
          <Input
            value={draft.maxDelete}
            inputMode="numeric"
            ariaLabel={t('deletes.most')}
            onChange={({ detail }) => change({ maxDelete: detail.value })}
          />
          <Select
            selectedOption={units.find((one) => one.value === draft.maxDeleteUnit) ?? null}
            options={units}
            ariaLabel={t('deletes.unit')}
            onChange={({ detail }) => change({ maxDeleteUnit: detail.selectedOption.value as MaxDeleteUnit })}
          />
        </div>
      </Field>
      <Field
        name="deletes.backup_prefix"
        label={t('deletes.backup')}
        optional
        description={t('deletes.backupHint')}
        constraintText={t('deletes.backupRule')}
      >
        <Input
          value={draft.backupPrefix}
          placeholder="deleted/"
          autoComplete={false}
          spellcheck={false}
          onChange={({ detail }) => change({ backupPrefix: detail.value })}
        />
      </Field>
    </SpaceBetween>
  );
}
