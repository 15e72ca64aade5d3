import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { isOver, useTaskRuns } from '../../api';
import { LoadError, MoreButton, Rows, StateBadge } from '../../components';
import { link } from '../../links';
import { useFormat } from '../../use-format';
import { PassProgress } from '../run/pass-progress';
import { RunBadge } from '../run/run-badges';

/** All runs of a task, the newest first. */
export function RunsTab({ taskId }: { taskId: string }) {
  const { t } = useTranslation('task');
  const format = useFormat();
  const query = useTaskRuns(taskId);
  return (
    <SpaceBetween size="m">
      {query.error !== null && <LoadError error={query.error} onRetry={query.refetch} />}
      <Rows
        trackBy={(run) => run.run_id}
        loading={query.isPending}
        rows={query.runs}
        header={
          <Header variant="h2" counter={`(${format.number(query.runs.length)}${query.hasNextPage ? '+' : ''})`}>
            {t('tabs.runs')}
          </Header>
        }
        columns={[
          {
            id: 'started',
            header: t('columns.started'),
            cell: (run) => <Link href={link.run(run.run_id)}>{format.time(run.started_at)}</Link>,
            isRowHeader: true,
            minWidth: 190,
          },
          {
            id: 'state',
            header: t('columns.state'),
            cell: (run) => (
              <SpaceBetween size="xxs">
                <SpaceBetween direction="horizontal" size="xs">
                  <StateBadge state={run.state} />
                  <RunBadge run={run} />
                </SpaceBetween>
                {!isOver(run) && !run.real_time && !run.dry_run && <PassProgress run={run} compact />}
              </SpaceBetween>
            ),
            minWidth: 220,
          },
          {
            id: 'duration',
            header: t('columns.duration'),
            cell: (run) => (run.real_time ? '–' : format.duration(run.seconds)),
            minWidth: 120,
          },
          { id: 'copied', header: t('columns.copied'), cell: (run) => format.number(run.counts.copied), minWidth: 100 },
          { id: 'bytes', header: t('columns.bytes'), cell: (run) => format.bytes(run.counts.bytes), minWidth: 100 },
          {
            id: 'failed',
            header: t('columns.failed'),
            cell: (run) => (
              <Box color={run.counts.failed > 0 ? 'text-status-error' : 'inherit'}>
                {format.number(run.counts.failed)}
              </Box>
            ),
            minWidth: 90,
          },
        ]}
        empty={
          <Box textAlign="center" color="text-body-secondary">
            {t('noRuns')}
          </Box>
        }
        footer={<MoreButton query={query} />}
      />
    </SpaceBetween>
  );
}
