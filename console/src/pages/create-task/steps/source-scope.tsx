import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useTranslation } from 'react-i18next';

import { useFormat } from '../../../use-format';
import { Field } from '../field';
import type { Scope } from '../model/draft';
import { prefixesIn } from '../model/prefix-list';
import { useWizard } from '../wizard-context';
import { ListFile } from './list-file';

const SCOPES: Scope[] = ['bucket', 'prefix', 'prefixes', 'list'];

/** Which part of the bucket. */
export function SourceScope() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  return (
    <SpaceBetween size="m">
      <FormField label={t('scope.label')}>
        <RadioGroup
          value={draft.scope}
          ariaLabel={t('scope.label')}
          items={SCOPES.map((scope) => ({
            value: scope,
            label: t(`scope.${scope}`),
            description: t(`scopeHint.${scope}`),
          }))}
          onChange={({ detail }) => change({ scope: detail.value as Scope })}
        />
      </FormField>
      {draft.scope === 'prefix' && (
        <Field name="source.prefix" label={t('scope.prefixLabel')} constraintText={t('scope.prefixHint')}>
          <PrefixInput placeholder="photos/2026/" />
        </Field>
      )}
      {draft.scope === 'prefixes' && <PrefixLines />}
      {draft.scope === 'list' && <ListFile />}
      {(draft.scope === 'prefixes' || draft.scope === 'list') && (
        <Field
          name="source.prefix"
          label={t('scope.baseLabel')}
          optional
          description={t('scope.baseHint')}
          constraintText={t('scope.prefixHint')}
        >
          <PrefixInput placeholder="photos/" />
        </Field>
      )}
    </SpaceBetween>
  );
}

function PrefixInput({ placeholder }: { placeholder: string }) {
  const { draft, change } = useWizard();
  return (
    <Input
      value={draft.prefix}
      placeholder={placeholder}
      autoComplete={false}
      spellcheck={false}
      onChange={({ detail }) => change({ prefix: detail.value })}
    />
  );
}

function PrefixLines() {
  const { t } = useTranslation('createTask');
  const format = useFormat();
  const { draft, change } = useWizard();
  const number = prefixesIn(draft.prefixLines).length;
  return (
    <Field
      name="source.prefixes"
      label={t('scope.linesLabel')}
      constraintText={
        number > 0 ? t('scope.lines', { count: number, number: format.number(number) }) : t('scope.linesHint')
      }
    >
      <Textarea
        value={draft.prefixLines}
        rows={5}
        placeholder={'photos/2025/\nphotos/2026/'}
        spellcheck={false}
        autoComplete={false}
        onChange={({ detail }) => change({ prefixLines: detail.value })}
      />
    </Field>
  );
}
