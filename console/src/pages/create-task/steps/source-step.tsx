import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { ChecksPanel } from '../checks-panel';
import { Field } from '../field';
import { useWizard } from '../wizard-context';
import { SecretPicker } from './secret-picker';
import { SourceEndpoint } from './source-endpoint';
import { SourceExtras } from './source-extras';
import { SourceScope } from './source-scope';

export function SourceStep() {
  const { t } = useTranslation('createTask');
  const { mode } = useWizard();
  return (
    <SpaceBetween size="l">
      {mode.kind === 'edit' && <Alert type="info">{t('source.editHint')}</Alert>}
      <Container header={<Header variant="h2">{t('source.title')}</Header>}>
        <SpaceBetween size="l">
          <SourceBucket />
          <SourceScope />
          <SourceEndpoint />
        </SpaceBetween>
      </Container>
      <SecretPicker />
      <SourceExtras />
      <ChecksPanel side="source" />
    </SpaceBetween>
  );
}

function SourceBucket() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const oss = { value: 'oss', label: t('source.oss') };
  return (
    <SpaceBetween size="l">
      <Field name="source.type" label={t('source.type')} description={t('source.typeHint')}>
        <Select selectedOption={oss} options={[oss]} onChange={() => undefined} />
      </Field>
      <Field name="source.bucket" label={t('source.bucket')} constraintText={t('source.bucketHint')}>
        <Input
          value={draft.sourceBucket}
          placeholder="my-oss-bucket"
          autoComplete={false}
          spellcheck={false}
          onChange={({ detail }) => change({ sourceBucket: withoutScheme(detail.value) })}
        />
      </Field>
    </SpaceBetween>
  );
}

/** A bucket is often pasted as a URL, and with blanks around it. */
function withoutScheme(text: string): string {
  return text
    .trim()
    .replace(/^oss:\/\//, '')
    .replace(/\/$/, '');
}
