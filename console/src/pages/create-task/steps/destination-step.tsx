import Alert from '@cloudscape-design/components/alert';
import Autosuggest from '@cloudscape-design/components/autosuggest';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { ChecksPanel } from '../checks-panel';
import { Field } from '../field';
import { useWizard } from '../wizard-context';
import { ReplicaPrefix } from './replica-prefix';
import { ReplicaSettings } from './replica-settings';
import { StorageClasses } from './storage-classes';

export function DestinationStep() {
  const { t } = useTranslation('createTask');
  const { mode } = useWizard();
  return (
    <SpaceBetween size="l">
      {mode.kind === 'edit' && <Alert type="info">{t('destination.editHint')}</Alert>}
      <Container header={<Header variant="h2">{t('destination.title')}</Header>}>
        <SpaceBetween size="l">
          <BucketPicker />
          <AwsRegionPicker />
          <ReplicaPrefix />
        </SpaceBetween>
      </Container>
      <StorageClasses />
      <ReplicaSettings />
      <ChecksPanel side="destination" />
    </SpaceBetween>
  );
}

function BucketPicker() {
  const { t } = useTranslation('createTask');
  const { draft, change, facts } = useWizard();
  const allowed = facts.deployment.replica_buckets;
  const isUnknown = draft.bucket !== '' && !allowed.includes(draft.bucket);
  return (
    <Field
      name="destination.bucket"
      label={t('destination.bucket')}
      description={t('destination.bucketHint')}
      warningText={isUnknown ? t('destination.bucketUnknown') : undefined}
    >
      <Autosuggest
        value={draft.bucket}
        options={allowed.map((value) => ({ value }))}
        enteredTextLabel={(value) => t('destination.bucketUse', { bucket: value })}
        placeholder={t('destination.bucketPlaceholder')}
        empty={t('nothingFound')}
        onChange={({ detail }) => change({ bucket: withoutScheme(detail.value) })}
      />
    </Field>
  );
}

function AwsRegionPicker() {
  const { t } = useTranslation('createTask');
  const { draft, change, facts } = useWizard();
  const options = facts.awsRegions.map(({ region, name }) => ({
    value: region,
    label: name,
    labelTag: region,
    filteringTags: [name, region],
  }));
  const chosen = options.find((one) => one.value === draft.region) ?? { value: draft.region, label: draft.region };
  const isAway = draft.region !== '' && draft.region !== facts.deployment.region;
  return (
    <Field
      name="destination.region"
      label={t('destination.region')}
      description={t('destination.regionHint')}
      warningText={isAway ? t('destination.regionAway', { region: facts.deployment.region }) : undefined}
    >
      <Select
        selectedOption={draft.region === '' ? null : chosen}
        options={options}
        filteringType="auto"
        filteringPlaceholder={t('source.regionSearch')}
        filteringAriaLabel={t('source.regionSearch')}
        placeholder={t('choose')}
        empty={t('nothingFound')}
        triggerVariant="option"
        virtualScroll
        onChange={({ detail }) => change({ region: detail.selectedOption.value ?? '' })}
      />
    </Field>
  );
}

/** A bucket is often pasted as a URL or an ARN. */
function withoutScheme(text: string): string {
  return text
    .trim()
    .replace(/^(s3:\/\/|arn:aws[a-z-]*:s3:::)/, '')
    .replace(/\/$/, '');
}
