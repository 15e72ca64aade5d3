import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useAudit } from '../../api';
import type { AuditEntry } from '../../api';
import { LoadError, MoreButton, Rows } from '../../components';
import { link } from '../../links';
import { useFormat } from '../../use-format';
import { Outcome, useActionName } from './audit-words';
import { TaskFilter } from './task-filter';

/** Who did what, of everything or of one task, with more on demand. */
export function AuditTable() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const nameOf = useActionName();
  const [taskId, setTaskId] = useState<string | null>(null);
  const query = useAudit(taskId);
  return (
    <SpaceBetween size="m">
      {query.error !== null && <LoadError error={query.error} onRetry={query.refetch} />}
      <Rows
        rows={query.entries}
        trackBy={(entry) => `${entry.time} ${entry.who} ${entry.action}`}
        loading={query.isPending}
        header={<TaskFilter taskId={taskId} onChange={setTaskId} />}
        empty={<Box textAlign="center">{t('none')}</Box>}
        footer={<MoreButton query={query} />}
        columns={[
          { id: 'time', header: t('time'), cell: ({ time }) => format.time(time), minWidth: 170 },
          { id: 'who', header: t('who'), cell: ({ who }) => <span className="plain-text">{who}</span>, minWidth: 190 },
          { id: 'action', header: t('action'), cell: ({ action }) => nameOf(action), isRowHeader: true, minWidth: 150 },
          { id: 'on', header: t('on'), cell: (entry) => <Subject entry={entry} />, minWidth: 160 },
          { id: 'outcome', header: t('outcome'), cell: ({ outcome }) => <Outcome outcome={outcome} />, minWidth: 120 },
          {
            id: 'detail',
            header: t('detail'),
            cell: ({ detail }) => <span className="plain-text">{detail || '–'}</span>,
            minWidth: 180,
          },
        ]}
      />
    </SpaceBetween>
  );
}

function Subject({ entry }: { entry: AuditEntry }) {
  const [href, text] =
    entry.run_id !== null
      ? [link.run(entry.run_id), entry.run_id]
      : entry.task_id !== null
        ? [link.task(entry.task_id), entry.task_id]
        : [null, '–'];
  if (href === null) return text;
  return (
    <Link href={href}>
      <span className="plain-text">{text}</span>
    </Link>
  );
}
