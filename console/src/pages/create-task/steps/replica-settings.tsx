import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import type { Acl, Encryption } from '../../../api';
import { Field } from '../field';
import { ACLS } from '../model/draft';
import { useWizard } from '../wizard-context';

const ENCRYPTIONS: Encryption[] = ['bucket-default', 'sse-s3', 'sse-kms'];

/** How replicas are encrypted, who may read them, who pays. */
export function ReplicaSettings() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  return (
    <Container header={<Header variant="h2">{t('replica.title')}</Header>}>
      <SpaceBetween size="l">
        <Field name="destination.encryption" label={t('replica.encryption')}>
          <RadioGroup
            value={draft.encryption}
            ariaLabel={t('replica.encryption')}
            items={ENCRYPTIONS.map((encryption) => ({
              value: encryption,
              label: t(`encryption.${encryption}`),
              description: t(`encryptionHint.${encryption}`),
            }))}
            onChange={({ detail }) => change({ encryption: detail.value as Encryption })}
          />
        </Field>
        {draft.encryption === 'sse-kms' && (
          <Field
            name="destination.kms_key"
            label={t('replica.key')}
            optional
            description={t('replica.keyHint')}
            constraintText={t('replica.keyForms')}
          >
            <Input
              value={draft.kmsKey}
              placeholder="arn:aws:kms:us-west-2:123456789012:key/…"
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => change({ kmsKey: detail.value.trim() })}
            />
          </Field>
        )}
        <AclPicker />
        <Field name="destination.request_payer" label={t('replica.payer')}>
          <Checkbox
            checked={draft.requestPayer}
            description={t('replica.payerHint')}
            onChange={({ detail }) => change({ requestPayer: detail.checked })}
          >
            {t('replica.payerLabel')}
          </Checkbox>
        </Field>
      </SpaceBetween>
    </Container>
  );
}

function AclPicker() {
  const { t } = useTranslation('createTask');
  const { draft, change, facts } = useWizard();
  const isAllowed = facts.deployment.acls_allowed;
  const options = ACLS.map((value) => ({
    value,
    label: t(`acl.${value}`),
    labelTag: value === 'bucket-default' || value === 'source' ? undefined : value,
  }));
  return (
    <Field
      name="destination.acl"
      label={t('replica.acl')}
      description={t('replica.aclHint')}
      constraintText={isAllowed ? undefined : t('replica.aclRefused')}
    >
      <Select
        selectedOption={options.find((one) => one.value === draft.acl) ?? { value: draft.acl, label: draft.acl }}
        options={options}
        // A task from before may have one: it can be taken away.
        disabled={!isAllowed && draft.acl === 'bucket-default'}
        onChange={({ detail }) => change({ acl: detail.selectedOption.value as Acl })}
      />
    </Field>
  );
}
