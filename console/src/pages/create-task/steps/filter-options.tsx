import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useTranslation } from 'react-i18next';

import { CopyField } from '../../../components';
import { Field } from '../field';
import { OSS_CLASSES } from '../model/draft';
import type { SizeText } from '../model/draft';
import { SIZE_UNITS } from '../model/units';
import type { SizeUnit } from '../model/units';
import { useWizard } from '../wizard-context';
import { MomentInput } from './moment-input';

const UNITS = SIZE_UNITS.map((value) => ({ value }));
const EXAMPLES = '*.jpg\n/2026/**\n*.{tmp,bak}\nre:^logs/\\d{4}/';

/** Which objects under the prefixes are meant. */
export function FilterOptions() {
  const { t } = useTranslation('createTask');
  return (
    <Container
      header={
        <Header variant="h2" description={t('filters.hint')}>
          {t('filters.title')}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ColumnLayout columns={2}>
          <Patterns name="include" />
          <Patterns name="exclude" />
        </ColumnLayout>
        <ExpandableSection headerText={t('filters.syntax')}>
          <SpaceBetween size="xs">
            <div>{t('filters.syntaxHint')}</div>
            <CopyField block label={t('filters.examples')} value={EXAMPLES} />
          </SpaceBetween>
        </ExpandableSection>
        <ColumnLayout columns={2}>
          <SizeLimit name="min_size" />
          <SizeLimit name="max_size" />
          <MomentLimit name="modified_after" />
          <MomentLimit name="modified_before" />
        </ColumnLayout>
        <Classes />
      </SpaceBetween>
    </Container>
  );
}

function Patterns({ name }: { name: 'include' | 'exclude' }) {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  return (
    <Field
      name={`filters.${name}`}
      label={t(`filters.${name}`)}
      optional
      constraintText={t('filters.patternRule')}
      description={t(`filterHint.${name}`)}
    >
      <Textarea
        value={draft[name]}
        rows={3}
        placeholder={name === 'include' ? '*.jpg' : '*.tmp'}
        spellcheck={false}
        autoComplete={false}
        onChange={({ detail }) => change({ [name]: detail.value })}
      />
    </Field>
  );
}

const SIZES = { min_size: 'minSize', max_size: 'maxSize' } as const;

function SizeLimit({ name }: { name: keyof typeof SIZES }) {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const size = draft[SIZES[name]];
  const set = (patch: Partial<SizeText>) => change({ [SIZES[name]]: { ...size, ...patch } });
  return (
    <Field name={`filters.${name}`} label={t(`filters.${name}`)} optional>
      <div className="number-and-unit">
        <Input
          value={size.text}
          inputMode="decimal"
          ariaLabel={t(`filters.${name}`)}
          onChange={({ detail }) => set({ text: detail.value })}
        />
        <Select
          selectedOption={{ value: size.unit }}
          options={UNITS}
          ariaLabel={t('filters.unit')}
          onChange={({ detail }) => set({ unit: detail.selectedOption.value as SizeUnit })}
        />
      </div>
    </Field>
  );
}

const MOMENTS = { modified_after: 'modifiedAfter', modified_before: 'modifiedBefore' } as const;

function MomentLimit({ name }: { name: keyof typeof MOMENTS }) {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Field name={`filters.${name}`} label={t(`filters.${name}`)} optional constraintText={t('filters.zone', { zone })}>
      <MomentInput
        label={t(`filters.${name}`)}
        value={draft[MOMENTS[name]]}
        onChange={(value) => change({ [MOMENTS[name]]: value })}
      />
    </Field>
  );
}

function Classes() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const options = OSS_CLASSES.map((value) => ({ value, label: t(`ossClass.${value}`) }));
  return (
    <Field name="filters.storage_classes" label={t('filters.classes')} optional description={t('filters.classesHint')}>
      <Multiselect
        selectedOptions={options.filter((one) => draft.ossClasses.includes(one.value))}
        options={options}
        placeholder={t('filters.allClasses')}
        onChange={({ detail }) =>
          change({ ossClasses: detail.selectedOptions.map((one) => one.value as (typeof OSS_CLASSES)[number]) })
        }
      />
    </Field>
  );
}
