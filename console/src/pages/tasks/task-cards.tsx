import Cards from '@cloudscape-design/components/cards';
import type { CardsProps } from '@cloudscape-design/components/cards';

import type { TaskSummary } from '../../api';
import { TaskName, useTaskColumns } from './task-columns';
import { TaskMenu } from './task-menu';

/** In two columns; the places need the whole width. */
const HALF = ['state', 'lastRun', 'progress', 'realTime'];

type Props = Pick<
  CardsProps<TaskSummary>,
  'items' | 'loading' | 'loadingText' | 'header' | 'filter' | 'pagination' | 'preferences' | 'empty' | 'visibleSections'
>;

/** The list of tasks on a phone. */
export function TaskCards(props: Props) {
  const columns = useTaskColumns();
  return (
    <Cards<TaskSummary>
      {...props}
      variant="full-page"
      trackBy={({ task }) => task.task_id}
      cardDefinition={{
        header: ({ task, last_run }) => (
          <div className="card-header">
            <TaskName taskId={task.task_id} description={task.description} />
            <TaskMenu task={task} pass={last_run} />
          </div>
        ),
        sections: [...HALF, 'places'].flatMap((id) => {
          const column = columns.find((each) => each.id === id);
          if (column === undefined) return [];
          return [
            {
              id,
              header: column.header,
              content: (row: TaskSummary) => column.cell(row),
              width: HALF.includes(id) ? 50 : 100,
            },
          ];
        }),
      }}
    />
  );
}
