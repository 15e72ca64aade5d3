import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useTranslation } from 'react-i18next';

import type { Task } from '../../api';
import { link } from '../../links';
import Link from '@cloudscape-design/components/link';
import { useFormat } from '../../use-format';
import { KeyText } from '../run/key-text';
import { scheduleZone } from './schedule-zone';

/** From where to where a task copies, and when. */
export function RouteFacts({ task }: { task: Task }) {
  const { t } = useTranslation('task');
  const format = useFormat();
  const { source, destination, schedule } = task;
  const next = task.next_times[0];
  const zone = scheduleZone(schedule);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={<Link href={link.task(task.task_id, 'options')}>{t('overview.allOptions')}</Link>}
        >
          {t('overview.facts')}
        </Header>
      }
    >
      <KeyValuePairs
        columns={4}
        minColumnWidth={180}
        items={[
          { label: t('facts.source'), value: <KeyText value={`oss://${source.bucket}/${source.prefix}`} /> },
          { label: t('facts.sourceRegion'), value: source.region },
          {
            label: t('facts.destination'),
            value: <KeyText value={`s3://${destination.bucket}/${destination.prefix}`} />,
          },
          { label: t('facts.destinationRegion'), value: destination.region },
          {
            label: t('facts.schedule'),
            value: schedule === null ? t('facts.noSchedule') : <code>{schedule.expression}</code>,
          },
          { label: t('facts.nextRun'), value: next === undefined ? '–' : `${format.time(next, zone)} (${zone})` },
          { label: t('facts.realTime'), value: t(task.real_time === null ? 'facts.off' : 'facts.on') },
          { label: t('facts.created'), value: format.date(task.created_at) },
        ].filter(({ label }) => schedule !== null || label !== t('facts.nextRun'))}
      />
    </Container>
  );
}
