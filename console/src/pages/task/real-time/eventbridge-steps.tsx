import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { CopyField, ExternalLink } from '../../../components';
import { consoles } from './consoles';
import { eventPattern, hasEventBridge } from './event-pattern';
import type { SetUp } from './senders';
import { Step, Steps } from './steps';

/** A rule on the event bus of the account. */
export function EventBridgeSteps({ task, realTime }: SetUp) {
  const { t } = useTranslation('task');
  return (
    <SpaceBetween size="l">
      {!hasEventBridge(task.source.region) && (
        <Alert type="warning">{t('eventbridge.otherRegion', { region: task.source.region })}</Alert>
      )}
      <Steps label={t('ways.eventbridge')}>
        <Step title={t('eventbridge.rule')}>
          <Box>
            {t('eventbridge.ruleText')}{' '}
            <ExternalLink href={consoles.eventBridge}>{t('consoles.eventBridge')}</ExternalLink>
          </Box>
        </Step>
        <Step title={t('eventbridge.pattern')}>
          <Box>{t('eventbridge.patternText')}</Box>
          <CopyField block label={t('paste.pattern')} value={eventPattern(task, realTime)} />
        </Step>
        <Step title={t('eventbridge.target')}>
          <Box>{t('eventbridge.targetText')}</Box>
          <CopyField label={t('paste.url')} value={realTime.url_without_secret} />
        </Step>
        <Step title={t('eventbridge.token')}>
          <Box>{t('eventbridge.tokenText')}</Box>
          <CopyField secret label={t('paste.token')} value={realTime.secret} />
          <Alert type="info">{t('paste.keepSecret')}</Alert>
        </Step>
        <Step title={t('eventbridge.retry')}>
          <Box>{t('eventbridge.retryText')}</Box>
          <CopyField label={t('paste.retryPolicy')} value="EXPONENTIAL_DECAY_RETRY" />
        </Step>
        <Step title={t('tryOut.title')}>
          <Box>{t('tryOut.text')}</Box>
        </Step>
      </Steps>
    </SpaceBetween>
  );
}
