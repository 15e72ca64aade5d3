import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useTranslation } from 'react-i18next';

import type { Run, Task } from '../../api';
import { useTaskActions } from '../task/use-task-actions';

/** Everything that can be done with one task of the list. */
export function TaskMenu({ task, pass }: { task: Task; pass: Run | null }) {
  const { t } = useTranslation('tasks');
  const { actions, act, question } = useTaskActions(task, pass);
  if (actions.length === 0) return null;
  return (
    <>
      <ButtonDropdown
        variant="icon"
        expandToViewport
        ariaLabel={t('actionsOf', { task: task.task_id })}
        items={actions}
        onItemClick={({ detail }) => act(detail.id)}
      />
      {question}
    </>
  );
}
