import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { RealTime, RealTimeSettings } from '../../../api';
import { useFormat } from '../../../use-format';
import { Lines } from '../options-places';
import { DisableModal, EditModal, RotateModal } from './modals';

/** How a task follows notifications, and what can be changed about it. */
export function RealTimeSettingsCard({ realTime }: { realTime: RealTime }) {
  const { t } = useTranslation('task');
  const format = useFormat();
  const [asked, setAsked] = useState<'edit' | 'rotate' | 'disable' | null>(null);
  const close = () => setAsked(null);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => setAsked('edit')}>{t('realTime.edit')}</Button>
              <Button onClick={() => setAsked('rotate')}>{t('realTime.rotate')}</Button>
              <Button onClick={() => setAsked('disable')}>{t('realTime.disable')}</Button>
            </SpaceBetween>
          }
        >
          {t('realTime.settings.title')}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <SettingsFacts settings={realTime} />
        <KeyValuePairs
          items={[
            {
              label: t('realTime.olderSecrets'),
              value:
                realTime.older_secrets.length === 0
                  ? t('realTime.noOlderSecrets')
                  : realTime.older_secrets.map(({ valid_until }) => (
                      <div key={valid_until}>
                        {t('realTime.validUntil', { time: format.time(valid_until), ago: format.ago(valid_until) })}
                      </div>
                    )),
            },
          ]}
        />
      </SpaceBetween>
      {asked === 'edit' && <EditModal realTime={realTime} onDismiss={close} />}
      {asked === 'rotate' && <RotateModal taskId={realTime.task_id} onDismiss={close} />}
      {asked === 'disable' && <DisableModal taskId={realTime.task_id} onDismiss={close} />}
    </Container>
  );
}

export function SettingsFacts({ settings }: { settings: RealTimeSettings }) {
  const { t } = useTranslation('task');
  return (
    <KeyValuePairs
      columns={3}
      minColumnWidth={200}
      items={[
        {
          label: t('realTime.facts.deletes'),
          value: t(settings.deletes ? 'realTime.facts.replicated' : 'realTime.facts.notReplicated'),
        },
        {
          label: t('realTime.facts.signature'),
          value: t(settings.requires_signature ? 'realTime.facts.required' : 'realTime.facts.checked'),
        },
        {
          label: t('realTime.facts.bare'),
          value: t(settings.takes_bare_messages ? 'realTime.facts.taken' : 'realTime.facts.notTaken'),
        },
        { label: t('realTime.settings.owner'), value: settings.topic_owner ?? t('options.any') },
        {
          label: t('realTime.settings.names'),
          value: settings.topic_names.length === 0 ? t('options.any') : <Lines values={settings.topic_names} />,
        },
      ]}
    />
  );
}
