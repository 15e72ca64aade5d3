import Select from '@cloudscape-design/components/select';
import { useTranslation } from 'react-i18next';

import { useTasks } from '../../api';

const ALL = '';

export function TaskFilter({ taskId, onChange }: { taskId: string | null; onChange: (taskId: string | null) => void }) {
  const { t } = useTranslation('audit');
  const { tasks } = useTasks();
  const all = { value: ALL, label: t('allTasks') };
  const options = [all, ...tasks.map(({ task }) => ({ value: task.task_id, label: task.task_id }))];
  return (
    <div className="task-filter">
      <Select
        inlineLabelText={t('task')}
        selectedOption={taskId === null ? all : { value: taskId, label: taskId }}
        options={options}
        filteringType="auto"
        onChange={({ detail }) => onChange(detail.selectedOption.value || null)}
      />
    </div>
  );
}
