import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import type { TableProps } from '@cloudscape-design/components/table';
import { useTranslation } from 'react-i18next';

import type { TaskSummary } from '../../api';
import { StateBadge } from '../../components';
import { link } from '../../links';
import { useFormat } from '../../use-format';
import { PassProgress } from '../run/pass-progress';
import { TaskMenu } from './task-menu';
import { destinationText, medianLag, sourceText, urgency } from './task-rows';

/** The columns of the list; the first is also the head of a card. */
export function useTaskColumns(): TableProps.ColumnDefinition<TaskSummary>[] {
  const { t } = useTranslation('tasks');
  const format = useFormat();
  return [
    {
      id: 'name',
      header: t('columns.name'),
      cell: ({ task }) => <TaskName taskId={task.task_id} description={task.description} />,
      sortingComparator: (a, b) => a.task.task_id.localeCompare(b.task.task_id),
      isRowHeader: true,
      minWidth: 150,
    },
    {
      id: 'state',
      header: t('columns.state'),
      cell: (row) => <StateBadge state={row.last_run?.state ?? null} />,
      sortingComparator: (a, b) => urgency(a) - urgency(b),
      minWidth: 160,
    },
    {
      id: 'progress',
      header: t('columns.progress'),
      cell: ({ last_run: run }) => (run === null ? '–' : <PassProgress run={run} compact />),
      minWidth: 120,
    },
    {
      id: 'lastRun',
      header: t('columns.lastRun'),
      cell: ({ last_run: run }) =>
        run === null ? '–' : <Link href={link.run(run.run_id)}>{format.ago(run.started_at)}</Link>,
      sortingComparator: (a, b) => startOf(a) - startOf(b),
      minWidth: 100,
    },
    {
      id: 'realTime',
      header: t('columns.realTime'),
      cell: (row) => <RealTimeState row={row} />,
      sortingComparator: (a, b) => Number(b.task.real_time !== null) - Number(a.task.real_time !== null),
      minWidth: 90,
    },
    {
      id: 'places',
      header: t('columns.places'),
      cell: (row) => <Places row={row} />,
      sortingComparator: (a, b) => sourceText(a).localeCompare(sourceText(b)),
      minWidth: 200,
    },
    {
      id: 'actions',
      header: t('columns.actions'),
      cell: (row) => <TaskMenu task={row.task} pass={row.last_run} />,
      minWidth: 80,
      width: 80,
    },
  ];
}

export function TaskName({ taskId, description }: { taskId: string; description: string }) {
  return (
    <>
      <Link href={link.task(taskId)}>
        <span className="plain-text">{taskId}</span>
      </Link>
      {description !== '' && (
        <Box variant="small" display="block" color="text-body-secondary">
          {description}
        </Box>
      )}
    </>
  );
}

function RealTimeState({ row }: { row: TaskSummary }) {
  const { t } = useTranslation('tasks');
  const format = useFormat();
  if (row.task.real_time === null) return t('realTime.off');
  const lag = medianLag(row);
  return lag === null ? t('realTime.on') : t('realTime.lag', { time: format.lag(lag) });
}

function Places({ row }: { row: TaskSummary }) {
  return (
    <div className="places">
      <span className="plain-text">{sourceText(row)}</span>
      <span className="plain-text">→ {destinationText(row)}</span>
    </div>
  );
}

function startOf(row: TaskSummary): number {
  return row.last_run === null ? 0 : Date.parse(row.last_run.started_at);
}
