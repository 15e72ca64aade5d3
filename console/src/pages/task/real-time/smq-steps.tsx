import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import { useTranslation } from 'react-i18next';

import { CopyField, ExternalLink } from '../../../components';
import { KeyText } from '../../run/key-text';
import { consoles } from './consoles';
import type { SetUp } from './senders';
import { Step, Steps } from './steps';

/** Event notifications of OSS, which make a topic of Simple Message Queue. */
export function SmqSteps({ task, realTime }: SetUp) {
  const { t } = useTranslation('task');
  return (
    <Steps label={t('ways.smq')}>
      <Step title={t('smq.rule')}>
        <Box>
          {t('smq.ruleText', { bucket: task.source.bucket })}{' '}
          <ExternalLink href={consoles.oss}>{t('consoles.oss')}</ExternalLink>
        </Box>
      </Step>
      <Step title={t('smq.events')}>
        <Box>{t('smq.eventsText')}</Box>
        <CopyField block label={t('paste.events')} value={realTime.events.join('\n')} />
      </Step>
      <Step title={t('smq.resource')}>
        <Box>
          {task.source.prefix === '' ? (
            t('smq.wholeBucket')
          ) : (
            <>
              {t('smq.prefix')} <KeyText value={task.source.prefix} />
            </>
          )}
        </Box>
      </Step>
      <Step title={t('smq.receiver')}>
        <Box>{t('smq.receiverText')}</Box>
        <CopyField secret label={t('paste.urlWithSecret')} value={realTime.url} />
        <Alert type="info">{t('paste.keepSecret')}</Alert>
      </Step>
      <Step title={t('smq.wait')}>
        <Box>{t('smq.waitText')}</Box>
      </Step>
      <Step title={t('smq.retry')}>
        <Box>
          {t('smq.retryText')} <ExternalLink href={consoles.smq}>{t('consoles.smq')}</ExternalLink>
        </Box>
        <CopyField label={t('paste.retryPolicy')} value="EXPONENTIAL_DECAY_RETRY" />
      </Step>
      <Step title={t('smq.lock')}>
        <Box>{t('smq.lockText')}</Box>
      </Step>
      <Step title={t('tryOut.title')}>
        <Box>{t('tryOut.text')}</Box>
      </Step>
    </Steps>
  );
}
