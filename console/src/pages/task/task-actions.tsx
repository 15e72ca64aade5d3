import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { useDeployment } from '../../api';
import type { Run, Task } from '../../api';
import { useTaskActions } from './use-task-actions';

/** What can be done with a task, at the head of its page. */
export function TaskActions({ task, pass }: { task: Task; pass: Run | null }) {
  const { t } = useTranslation('task');
  const { data: deployment } = useDeployment();
  const { actions, act, isStarting, question } = useTaskActions(task, pass);
  const inMenu = actions.filter(({ id }) => id !== 'run');
  const run = actions.find(({ id }) => id === 'run');
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {deployment?.dashboard_url && (
        <Button href={deployment.dashboard_url} target="_blank" rel="noopener noreferrer" external>
          {t('actions.dashboard')}
        </Button>
      )}
      {inMenu.length > 0 && (
        <ButtonDropdown items={inMenu} onItemClick={({ detail }) => act(detail.id)}>
          {t('actions.title')}
        </ButtonDropdown>
      )}
      {run !== undefined && (
        <Button
          variant="primary"
          loading={isStarting}
          disabled={run.disabled}
          disabledReason={run.disabledReason}
          onClick={() => act('run')}
        >
          {t('actions.run')}
        </Button>
      )}
      {question}
    </SpaceBetween>
  );
}
