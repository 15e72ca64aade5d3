import Container from '@cloudscape-design/components/container';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import type { StorageClass, StorageClassMap } from '../../../api';
import { Field } from '../field';
import { S3_CLASSES } from '../model/draft';
import { useWizard } from '../wizard-context';

type OssClass = keyof StorageClassMap;
const OSS_CLASSES: OssClass[] = ['standard', 'ia', 'archive', 'cold_archive', 'deep_cold_archive'];
const RETRIEVED = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** One class for all replicas, or one by the class of the source. */
export function StorageClasses() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const options = S3_CLASSES.map((value) => ({
    value,
    label: t(`s3Class.${value}`),
    description: t(`s3ClassHint.${value}`),
  }));
  const chosen = options.find((one) => one.value === draft.storageClass) ?? { value: draft.storageClass };
  const isMapped = Object.values(draft.storageClassMap).some((one) => one !== null);
  return (
    <Container header={<Header variant="h2">{t('storage.title')}</Header>}>
      <SpaceBetween size="l">
        <Field
          name="destination.storage_class"
          label={t('storage.label')}
          warningText={RETRIEVED.has(draft.storageClass) ? t('storage.retrieved') : undefined}
        >
          <Select
            selectedOption={chosen}
            options={options}
            onChange={({ detail }) => change({ storageClass: detail.selectedOption.value as StorageClass })}
          />
        </Field>
        <ExpandableSection headerText={t('storage.byClass')} defaultExpanded={isMapped}>
          <Field
            name="destination.storage_class_map"
            label={t('storage.mapLabel')}
            description={t('storage.mapHint')}
            stretch
          >
            <ColumnLayout columns={2}>
              {OSS_CLASSES.map((ossClass) => (
                <ClassOf key={ossClass} ossClass={ossClass} />
              ))}
            </ColumnLayout>
          </Field>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}

function ClassOf({ ossClass }: { ossClass: OssClass }) {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const same = { value: '', label: t('storage.same', { name: draft.storageClass }) };
  const options = [same, ...S3_CLASSES.map((value) => ({ value, label: t(`s3Class.${value}`) }))];
  const mapped = draft.storageClassMap[ossClass] ?? '';
  return (
    <FormField label={t(`ossClass.${ossClass}`)}>
      <Select
        selectedOption={options.find((one) => one.value === mapped) ?? same}
        options={options}
        onChange={({ detail }) => {
          const value = detail.selectedOption.value || null;
          change({ storageClassMap: { ...draft.storageClassMap, [ossClass]: value } });
        }}
      />
    </FormField>
  );
}
