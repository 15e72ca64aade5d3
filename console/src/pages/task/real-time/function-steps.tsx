import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { fetchSender } from '../../../api';
import { CopyField, ExternalLink, useNotify } from '../../../components';
import { downloadBlob } from '../../run/download';
import { consoles, iamConsole } from './consoles';
import { pretty } from './event-pattern';
import type { SetUp } from './senders';
import { Step, Steps } from './steps';

type Via = 'endpoint' | 'queue';

/** The sender as a function of Function Compute, with an OSS trigger. */
export function FunctionSteps({ task, realTime }: SetUp) {
  const { t } = useTranslation('task');
  const [via, setVia] = useState<Via>('endpoint');
  return (
    <SpaceBetween size="l">
      <SpaceBetween size="xs">
        <SegmentedControl
          label={t('sender.via')}
          selectedId={via}
          options={(['endpoint', 'queue'] as const).map((id) => ({ id, text: t(`via.${id}`) }))}
          onChange={({ detail }) => setVia(detail.selectedId as Via)}
        />
        <Box color="text-body-secondary">{t(`viaHints.${via}`)}</Box>
      </SpaceBetween>
      <Steps label={t('ways.function')}>
        {via === 'queue' && <QueueKeySteps realTime={realTime} />}
        <Step title={t('sender.download')}>
          <Box>{t('sender.downloadText')}</Box>
          <SenderDownload taskId={task.task_id} />
        </Step>
        <Step title={t('sender.create')}>
          <Box>
            {t('sender.createText', { region: task.source.region })}{' '}
            <ExternalLink href={consoles.functionCompute}>{t('consoles.functionCompute')}</ExternalLink>
          </Box>
          <CopyField label={t('paste.handler')} value="index.handler" />
        </Step>
        <Step title={t('sender.environment')}>
          <Box>{t(via === 'queue' ? 'sender.environmentQueue' : 'sender.environmentText')}</Box>
          <CopyField
            key={via}
            block
            secret={via === 'endpoint'}
            label={t('paste.environment')}
            value={pretty(realTime.sender.environment[via])}
          />
          {via === 'endpoint' && <Alert type="info">{t('paste.keepSecret')}</Alert>}
        </Step>
        <Step title={t('sender.retries')}>
          <Box>{t('sender.retriesText')}</Box>
        </Step>
        <Step title={t('sender.trigger')}>
          <Box>{t('sender.triggerText')}</Box>
          <CopyField block label={t('paste.trigger')} value={pretty(realTime.sender.trigger)} />
        </Step>
        <Step title={t('tryOut.title')}>
          <Box>{t('tryOut.text')}</Box>
        </Step>
      </Steps>
      {via === 'queue' && <Alert type="info">{t('sender.dataTransferHub')}</Alert>}
    </SpaceBetween>
  );
}

/** A key of AWS that can do nothing but send to the queue. */
function QueueKeySteps({ realTime }: Pick<SetUp, 'realTime'>) {
  const { t } = useTranslation('task');
  return (
    <>
      <Step title={t('sender.queue')}>
        <Box>{t('sender.queueText')}</Box>
        <CopyField label={t('paste.queueUrl')} value={realTime.queue_url} />
        <CopyField label={t('paste.queueArn')} value={realTime.queue_arn} />
      </Step>
      <Step title={t('sender.policy')}>
        <Box>
          {t('sender.policyText')}{' '}
          <ExternalLink href={iamConsole(realTime.queue_arn)}>{t('consoles.iam')}</ExternalLink>
        </Box>
        <CopyField block label={t('paste.policy')} value={pretty(realTime.sender.policy)} />
      </Step>
      <Step title={t('sender.user')}>
        <Box>{t('sender.userText')}</Box>
      </Step>
    </>
  );
}

function SenderDownload({ taskId }: { taskId: string }) {
  const { t } = useTranslation('task');
  const notify = useNotify();
  const [isBusy, setBusy] = useState(false);
  async function save() {
    setBusy(true);
    try {
      downloadBlob(await fetchSender(taskId), 'ferry-sender.zip');
    } catch (error) {
      notify.error(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button iconName="download" loading={isBusy} onClick={() => void save()}>
      {t('sender.downloadButton')}
    </Button>
  );
}
