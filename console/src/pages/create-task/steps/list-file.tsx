import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FileInput from '@cloudscape-design/components/file-input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useFormat } from '../../../use-format';
import { Field } from '../field';
import { MAX_FILE_BYTES, readPrefixList } from '../model/prefix-list';
import type { ListProblem } from '../model/prefix-list';
import { useWizard } from '../wizard-context';

const SHOWN = 20;

/** A list of prefixes that is read here in the browser; the task keeps the prefixes, not the file. */
export function ListFile() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const [failure, setFailure] = useState<{ name: string; problem: ListProblem | 'listUnreadable' } | null>(null);

  async function read(file: File | undefined) {
    if (file === undefined) return;
    const found = await contentOf(file);
    if (typeof found === 'string') return setFailure({ name: file.name, problem: found });
    setFailure(null);
    change({ listName: file.name, listPrefixes: found });
  }

  return (
    <Field name="source.prefixes" label={t('list.label')} constraintText={t('list.hint')}>
      <SpaceBetween size="xs">
        <FileInput value={[]} accept=".txt,.csv,.list,text/plain" onChange={({ detail }) => void read(detail.value[0])}>
          {t(draft.listPrefixes.length > 0 ? 'list.replace' : 'list.choose')}
        </FileInput>
        <div role="status">
          {failure !== null && (
            <StatusIndicator type="error">{t(`problem.${failure.problem}`, { name: failure.name })}</StatusIndicator>
          )}
          <ReadList />
        </div>
      </SpaceBetween>
    </Field>
  );
}

function ReadList() {
  const { t } = useTranslation('createTask');
  const format = useFormat();
  const { listName, listPrefixes } = useWizard().draft;
  const count = listPrefixes.length;
  if (count === 0) return null;
  return (
    <>
      <StatusIndicator type="success">
        {t('list.read', { count, number: format.number(count), name: listName })}
      </StatusIndicator>
      <ExpandableSection headerText={t('list.show')}>
        <ol className="key-list">
          {listPrefixes.slice(0, SHOWN).map((prefix) => (
            <li key={prefix}>
              <code>{prefix}</code>
            </li>
          ))}
        </ol>
        {count > SHOWN && <Box variant="small">{t('list.more', { number: format.number(count - SHOWN) })}</Box>}
      </ExpandableSection>
    </>
  );
}

async function contentOf(file: File): Promise<string[] | ListProblem | 'listUnreadable'> {
  if (file.size > MAX_FILE_BYTES) return 'listTooLarge';
  try {
    return readPrefixList(new Uint8Array(await file.arrayBuffer()));
  } catch {
    return 'listUnreadable';
  }
}
