import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { Field } from '../field';
import { exampleOf, sourcePrefix } from '../model/mapping';
import { useWizard } from '../wizard-context';

/** Where in the bucket replicas land, with one key as an example. */
export function ReplicaPrefix() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const prefix = sourcePrefix(draft);
  const example = exampleOf(draft);
  return (
    <SpaceBetween size="l">
      <Field
        name="destination.prefix"
        label={t('destination.prefix')}
        optional
        description={t('destination.prefixHint')}
        warningText={example.isGlued ? t('destination.prefixGlued') : undefined}
      >
        <Input
          value={draft.replicaPrefix}
          placeholder="from-oss/"
          autoComplete={false}
          spellcheck={false}
          onChange={({ detail }) => change({ replicaPrefix: detail.value })}
        />
      </Field>
      <Field name="keep_prefix" label={t('destination.keep')}>
        <Checkbox
          checked={draft.keepPrefix}
          disabled={prefix === ''}
          description={prefix === '' ? t('destination.keepNothing') : t('destination.keepHint', { prefix })}
          onChange={({ detail }) => change({ keepPrefix: detail.checked })}
        >
          {t('destination.keepLabel')}
        </Checkbox>
      </Field>
      <div className="mapping" aria-live="polite">
        <Box variant="awsui-key-label">{t('destination.example')}</Box>
        <code>{example.source}</code>
        <div>
          <span aria-hidden="true">→ </span>
          <span className="visually-hidden">{t('destination.becomes')}</span>
          <code>{example.replica}</code>
        </div>
      </div>
    </SpaceBetween>
  );
}
