import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { useRealTime } from '../../../api';
import type { RealTimeSettings, Task } from '../../../api';
import { useCan } from '../../../auth/session';
import { Loaded } from '../../../components';
import '../task.css';
import { EnableRealTime } from './enable';
import { Heard } from './heard';
import { RealTimeSettingsCard, SettingsFacts } from './settings-card';
import { Senders } from './senders';
import { Strays } from './strays';

/** Following notifications: to set it up, or to begin. */
export function RealTimeTab({ task }: { task: Task }) {
  return (
    <SpaceBetween size="l">
      {task.real_time === null ? (
        <EnableRealTime taskId={task.task_id} />
      ) : (
        <Following task={task} settings={task.real_time} />
      )}
      <Strays />
    </SpaceBetween>
  );
}

function Following({ task, settings }: { task: Task; settings: RealTimeSettings }) {
  const { t } = useTranslation('task');
  const maySee = useCan('admin');
  const query = useRealTime(task.task_id, maySee);
  if (!maySee) {
    return (
      <SpaceBetween size="l">
        <Alert type="info">{t('realTime.adminsSee')}</Alert>
        <Heard task={task} />
        <Container header={<Header variant="h2">{t('realTime.settings.title')}</Header>}>
          <SettingsFacts settings={settings} />
        </Container>
      </SpaceBetween>
    );
  }
  return (
    <Loaded query={query}>
      {(realTime) => (
        <SpaceBetween size="l">
          <Heard task={task} />
          <Senders task={task} realTime={realTime} />
          <RealTimeSettingsCard realTime={realTime} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
