import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useTranslation } from 'react-i18next';

import { link } from '../../../links';
import { Field } from '../field';
import { useWizard } from '../wizard-context';

/** Whether the new task follows notifications of its source; of one that is there, its own page decides. */
export function RealTimeOptions() {
  const { t } = useTranslation('createTask');
  const { mode, draft, change, facts } = useWizard();
  const isAllowed = facts.deployment.deletes_allowed;
  return (
    <Container header={<Header variant="h2">{t('realTime.title')}</Header>}>
      {mode.kind === 'edit' ? (
        <>
          {t(mode.task.real_time === null ? 'realTime.isOff' : 'realTime.isOn')}{' '}
          <Link href={link.task(mode.task.task_id, 'real-time')}>{t('realTime.change')}</Link>
        </>
      ) : (
        <SpaceBetween size="m">
          <Field name="real_time" label={t('realTime.label')} description={t('realTime.hint')}>
            <Toggle checked={draft.realTime} onChange={({ detail }) => change({ realTime: detail.checked })}>
              {t('realTime.toggle')}
            </Toggle>
          </Field>
          {draft.realTime && (
            <Field name="real_time.deletes" label={t('realTime.deletes')}>
              <Checkbox
                checked={draft.realTimeDeletes && isAllowed}
                disabled={!isAllowed}
                description={isAllowed ? t('realTime.deletesHint') : t('deletes.denied')}
                onChange={({ detail }) => change({ realTimeDeletes: detail.checked })}
              >
                {t('realTime.deletesLabel')}
              </Checkbox>
            </Field>
          )}
        </SpaceBetween>
      )}
    </Container>
  );
}
