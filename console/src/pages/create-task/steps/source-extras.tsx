import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import type { MetadataPolicy } from '../../../api';
import { Field } from '../field';
import { useWizard } from '../wizard-context';

const POLICIES: MetadataPolicy[] = ['fail', 'drop'];

/** Who pays for requests, and metadata that does not fit. */
export function SourceExtras() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  return (
    <Container header={<Header variant="h2">{t('source.extras')}</Header>}>
      <SpaceBetween size="l">
        <Field name="destination.metadata_policy" label={t('metadata.label')} description={t('metadata.hint')}>
          <RadioGroup
            value={draft.metadataPolicy}
            ariaLabel={t('metadata.label')}
            items={POLICIES.map((policy) => ({
              value: policy,
              label: t(`metadata.${policy}`),
              description: t(`metadataHint.${policy}`),
            }))}
            onChange={({ detail }) => change({ metadataPolicy: detail.value as MetadataPolicy })}
          />
        </Field>
        <Field name="source.request_payer" label={t('source.payer')}>
          <Checkbox
            checked={draft.sourceRequestPayer}
            description={t('source.payerHint')}
            onChange={({ detail }) => change({ sourceRequestPayer: detail.checked })}
          >
            {t('source.payerLabel')}
          </Checkbox>
        </Field>
      </SpaceBetween>
    </Container>
  );
}
