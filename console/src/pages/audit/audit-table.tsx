import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Cards from '@cloudscape-design/components/cards';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useAudit } from '../../api';
import type { AuditEntry } from '../../api';
import { LoadError, useIsPhone } from '../../components';
import { link } from '../../links';
import { useFormat } from '../../use-format';
import { Outcome, useActionName } from './audit-words';
import { TaskFilter } from './task-filter';

/** Who did what, of everything or of one task, with more on demand. */
export function AuditTable() {
  const { t } = useTranslation(['audit', 'common']);
  const [taskId, setTaskId] = useState<string | null>(null);
  const query = useAudit(taskId);
  const columns = useColumns();
  const isPhone = useIsPhone();
  const shared = {
    items: query.entries,
    loading: query.isPending,
    loadingText: t('common:loading'),
    filter: <TaskFilter taskId={taskId} onChange={setTaskId} />,
    empty: <Box textAlign="center">{t('audit:none')}</Box>,
    ariaLabels: { itemSelectionLabel: () => '', selectionGroupLabel: '' },
  };
  return (
    <SpaceBetween size="m">
      {query.error !== null && <LoadError error={query.error} onRetry={query.refetch} />}
      {isPhone ? (
        <Cards
          {...shared}
          cardDefinition={{
            header: columns[2]?.cell,
            sections: columns
              .filter(({ id }) => id !== 'action')
              .map(({ id, header, cell }) => ({ id, header, content: cell })),
          }}
        />
      ) : (
        <Table {...shared} variant="container" wrapLines stickyHeader columnDefinitions={columns} />
      )}
      {query.hasNextPage && (
        <Box textAlign="center">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('common:loadMore')}
          </Button>
        </Box>
      )}
    </SpaceBetween>
  );
}

function useColumns() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const nameOf = useActionName();
  return [
    { id: 'time', header: t('time'), cell: (entry: AuditEntry) => format.time(entry.time), minWidth: 180 },
    {
      id: 'who',
      header: t('who'),
      cell: (entry: AuditEntry) => <span className="plain-text">{entry.who}</span>,
      minWidth: 160,
    },
    {
      id: 'action',
      header: t('action'),
      cell: (entry: AuditEntry) => nameOf(entry.action),
      isRowHeader: true,
      minWidth: 160,
    },
    {
      id: 'about',
      header: t('on'),
      cell: (entry: AuditEntry) => <Subject entry={entry} />,
      minWidth: 180,
    },
    {
      id: 'outcome',
      header: t('outcome'),
      cell: (entry: AuditEntry) => <Outcome outcome={entry.outcome} />,
      minWidth: 130,
    },
    {
      id: 'detail',
      header: t('detail'),
      cell: (entry: AuditEntry) => <span className="plain-text">{entry.detail || '–'}</span>,
      minWidth: 200,
    },
  ];
}

function Subject({ entry }: { entry: AuditEntry }) {
  if (entry.run_id !== null) return <Link href={link.run(entry.run_id)}>{entry.run_id}</Link>;
  if (entry.task_id !== null) return <Link href={link.task(entry.task_id)}>{entry.task_id}</Link>;
  return '–';
}
