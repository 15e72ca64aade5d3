import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useSetRealTime } from '../../../api';
import { useCan } from '../../../auth/session';
import { useErrorText, useNotify } from '../../../components';
import { SettingsFields } from './settings-fields';
import { FRESH, problemsOf, settingsOf } from './settings-form';

/** Real time is off: what it is, and how to begin. */
export function EnableRealTime({ taskId }: { taskId: string }) {
  const { t } = useTranslation('task');
  const mayEnable = useCan('admin');
  const errorText = useErrorText();
  const notify = useNotify();
  const [draft, setDraft] = useState(FRESH);
  const save = useSetRealTime(taskId);
  const enable = () => {
    if (problemsOf(draft).length > 0) return;
    save.mutate(settingsOf(draft), { onSuccess: () => notify.success(t('realTime.enabled')) });
  };
  return (
    <Container
      header={<Header variant="h2">{t('realTime.offTitle')}</Header>}
      footer={
        mayEnable && (
          <Button variant="primary" loading={save.isPending} onClick={enable}>
            {t('realTime.enable')}
          </Button>
        )
      }
    >
      <SpaceBetween size="m">
        <Box variant="p">{t('realTime.about')}</Box>
        <ul className="plain-list">
          <li>{t('realTime.aboutSenders')}</li>
          <li>{t('realTime.aboutFirst')}</li>
          <li>{t('realTime.aboutSchedule')}</li>
        </ul>
        {mayEnable ? (
          <ExpandableSection headerText={t('realTime.settings.optional')}>
            <SettingsFields draft={draft} onChange={setDraft} error={save.error} />
          </ExpandableSection>
        ) : (
          <Alert type="info">{t('realTime.adminsEnable')}</Alert>
        )}
        {save.error !== null && <Alert type="error">{errorText(save.error)}</Alert>}
      </SpaceBetween>
    </Container>
  );
}
