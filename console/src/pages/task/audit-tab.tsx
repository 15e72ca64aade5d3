import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useTranslation } from 'react-i18next';

import { useAudit } from '../../api';
import { LoadError, MoreButton, Rows } from '../../components';
import { link } from '../../links';
import { useFormat } from '../../use-format';
import { actionName, outcomeName } from './audit-words';

const OUTCOMES: Record<ReturnType<typeof outcomeName>, StatusIndicatorProps.Type> = {
  done: 'success',
  refused: 'error',
  started: 'in-progress',
  broken_off: 'warning',
};

/** Who changed what about a task, the newest first. */
export function AuditTab({ taskId }: { taskId: string }) {
  const { t } = useTranslation('task');
  const format = useFormat();
  const query = useAudit(taskId);
  const nameOf = (action: string) => {
    const known = actionName(action);
    return known === null ? action : t(`audit.actions.${known}`);
  };
  return (
    <SpaceBetween size="m">
      {query.error !== null && <LoadError error={query.error} onRetry={query.refetch} />}
      <Rows
        trackBy={(entry) => `${entry.time} ${entry.action}`}
        loading={query.isPending}
        rows={query.entries}
        header={
          <Header variant="h2" description={t('audit.about')}>
            {t('audit.title')}
          </Header>
        }
        columns={[
          { id: 'time', header: t('columns.time'), cell: (entry) => format.time(entry.time), minWidth: 190 },
          {
            id: 'who',
            header: t('columns.who'),
            cell: (entry) => <span className="plain-text">{entry.who}</span>,
            minWidth: 180,
          },
          {
            id: 'action',
            header: t('columns.action'),
            cell: (entry) => nameOf(entry.action),
            isRowHeader: true,
            minWidth: 160,
          },
          {
            id: 'outcome',
            header: t('columns.outcome'),
            cell: (entry) => {
              const outcome = outcomeName(entry.outcome);
              return <StatusIndicator type={OUTCOMES[outcome]}>{t(`audit.outcomes.${outcome}`)}</StatusIndicator>;
            },
            minWidth: 150,
          },
          {
            id: 'detail',
            header: t('columns.detail'),
            cell: (entry) => (
              <>
                {entry.run_id !== null && <Link href={link.run(entry.run_id)}>{entry.run_id}</Link>}
                <div className="plain-text">{entry.detail || (entry.run_id === null ? '–' : '')}</div>
              </>
            ),
            minWidth: 240,
          },
        ]}
        empty={
          <Box textAlign="center" color="text-body-secondary">
            {t('audit.none')}
          </Box>
        }
        footer={<MoreButton query={query} />}
      />
    </SpaceBetween>
  );
}
