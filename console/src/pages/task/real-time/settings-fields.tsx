import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useTranslation } from 'react-i18next';

import { fieldMessage, useDeployment } from '../../../api';
import { problemsOf } from './settings-form';
import type { Draft } from './settings-form';

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** What the API answered. */
  error: unknown;
}

/** How a task follows notifications, to be chosen. */
export function SettingsFields({ draft, onChange, error }: Props) {
  const { t } = useTranslation('task');
  const { data: deployment } = useDeployment();
  const mayDelete = deployment?.deletes_allowed !== false;
  const problems = problemsOf(draft);
  const change = (changed: Partial<Draft>) => onChange({ ...draft, ...changed });
  return (
    <SpaceBetween size="m">
      <Checkbox
        checked={draft.deletes}
        disabled={!mayDelete && !draft.deletes}
        description={t(mayDelete ? 'realTime.settings.deletesHint' : 'realTime.settings.deletesForbidden')}
        onChange={({ detail }) => change({ deletes: detail.checked })}
      >
        {t('realTime.settings.deletes')}
      </Checkbox>
      <Checkbox
        checked={draft.requiresSignature}
        description={t('realTime.settings.signatureHint')}
        onChange={({ detail }) => change({ requiresSignature: detail.checked })}
      >
        {t('realTime.settings.signature')}
      </Checkbox>
      <Checkbox
        checked={draft.takesBareMessages}
        description={t('realTime.settings.bareHint')}
        onChange={({ detail }) => change({ takesBareMessages: detail.checked })}
      >
        {t('realTime.settings.bare')}
      </Checkbox>
      <FormField
        label={t('realTime.settings.owner')}
        description={t('realTime.settings.ownerHint')}
        errorText={problems.includes('owner') ? t('realTime.settings.ownerRule') : fieldMessage(error, 'topic_owner')}
      >
        <Input
          value={draft.topicOwner}
          inputMode="numeric"
          autoComplete={false}
          onChange={({ detail }) => change({ topicOwner: detail.value })}
        />
      </FormField>
      <FormField
        label={t('realTime.settings.names')}
        description={t('realTime.settings.namesHint')}
        errorText={problems.includes('names') ? t('realTime.settings.namesRule') : fieldMessage(error, 'topic_names')}
      >
        <Textarea
          value={draft.topicNames}
          rows={2}
          spellcheck={false}
          placeholder="mns-en-topics-oss-…"
          onChange={({ detail }) => change({ topicNames: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}
