import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { useLanguage } from '../../../i18n';
import { Field } from '../field';
import type { EndpointKind } from '../model/draft';
import { accelerateEndpoint } from '../model/settings';
import { useWizard } from '../wizard-context';

const KINDS: EndpointKind[] = ['public', 'accelerate', 'cname', 'other'];

/** The region of the bucket, and by which name it is reached. */
export function SourceEndpoint() {
  return (
    <SpaceBetween size="l">
      <OssRegionPicker />
      <EndpointPicker />
    </SpaceBetween>
  );
}

function OssRegionPicker() {
  const { t } = useTranslation('createTask');
  const language = useLanguage();
  const { draft, change, facts } = useWizard();
  const options = facts.ossRegions.map((one) => ({
    value: one.region,
    label: language === 'zh' ? one.name_zh : one.name_en,
    labelTag: one.region,
    // Both languages' names are found, whichever is shown.
    filteringTags: [one.name_en, one.name_zh, one.region],
  }));
  const { ossRegion } = draft;
  const chosen = options.find((one) => one.value === ossRegion) ?? { value: ossRegion, label: ossRegion };
  return (
    <Field name="source.region" label={t('source.region')} description={t('source.regionHint')}>
      <Select
        selectedOption={ossRegion === '' ? null : chosen}
        options={options}
        filteringType="auto"
        filteringPlaceholder={t('source.regionSearch')}
        filteringAriaLabel={t('source.regionSearch')}
        placeholder={t('choose')}
        empty={t('nothingFound')}
        triggerVariant="option"
        virtualScroll
        onChange={({ detail }) => change({ ossRegion: detail.selectedOption.value ?? '' })}
      />
    </Field>
  );
}

function EndpointPicker() {
  const { t } = useTranslation('createTask');
  const { draft, change, facts } = useWizard();
  const { endpointKind, ossRegion } = draft;
  const derived: Partial<Record<EndpointKind, string | null>> = {
    public: facts.ossRegions.find((one) => one.region === ossRegion)?.endpoint ?? null,
    accelerate: accelerateEndpoint(ossRegion, facts.ossRegions),
  };
  const isTyped = endpointKind === 'cname' || endpointKind === 'other';
  return (
    <SpaceBetween size="m">
      <FormField label={t('endpoint.label')}>
        <RadioGroup
          value={endpointKind}
          ariaLabel={t('endpoint.label')}
          items={KINDS.map((kind) => ({
            value: kind,
            label: t(`endpoint.${kind}`),
            description: (
              <>
                {t(`endpointHint.${kind}`)}
                {derived[kind] && (
                  <>
                    {' '}
                    <code className="derived">{derived[kind]}</code>
                  </>
                )}
              </>
            ),
          }))}
          onChange={({ detail }) => change({ endpointKind: detail.value as EndpointKind })}
        />
      </FormField>
      {isTyped && (
        <Field
          name="source.endpoint"
          label={t(endpointKind === 'cname' ? 'endpoint.domain' : 'endpoint.url')}
          constraintText={t('endpoint.urlHint')}
        >
          <Input
            value={draft.endpointUrl}
            type="url"
            inputMode="url"
            placeholder={endpointKind === 'cname' ? 'https://oss.example.com' : 'https://oss-cn-hangzhou.aliyuncs.com'}
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => change({ endpointUrl: detail.value.trim() })}
          />
        </Field>
      )}
    </SpaceBetween>
  );
}
