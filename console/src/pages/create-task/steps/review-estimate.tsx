import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { useEstimate } from '../../../api';
import type { Estimate, TaskSettings } from '../../../api';
import { useErrorText } from '../../../components';
import { useFormat } from '../../../use-format';
import { useWizard } from '../wizard-context';

const PARTS = ['oss_egress', 'oss_requests', 's3_requests', 'compute', 'queue_and_state'] as const;

/** What a first run would copy and cost. Made by itself for a new task only. */
export function ReviewEstimate({ settings }: { settings: TaskSettings }) {
  const { t } = useTranslation('createTask');
  const errorText = useErrorText();
  const { mode } = useWizard();
  const estimate = useEstimate();

  const start = () => estimate.mutate(settings);
  const onOpen = useEffectEvent(() => {
    if (mode.kind !== 'edit') start();
  });
  useEffect(() => {
    // At the end of the turn: in development effects run twice, estimates should not.
    const timer = setTimeout(() => onOpen(), 0);
    return () => clearTimeout(timer);
  }, []);

  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t('estimate.hint')}
          actions={
            <Button loading={estimate.isPending} onClick={start}>
              {t(estimate.isIdle ? 'estimate.start' : 'estimate.again')}
            </Button>
          }
        >
          {t('estimate.title')}
        </Header>
      }
    >
      <div aria-live="polite" aria-busy={estimate.isPending}>
        {estimate.isIdle && <Box color="text-body-secondary">{t('estimate.none')}</Box>}
        {estimate.isPending && <StatusIndicator type="in-progress">{t('estimate.listing')}</StatusIndicator>}
        {estimate.isError && (
          <Alert type="warning">{t('estimate.failed', { reason: errorText(estimate.error) })}</Alert>
        )}
        {estimate.data !== undefined && <Numbers estimate={estimate.data} />}
      </div>
    </Container>
  );
}

function Numbers({ estimate }: { estimate: Estimate }) {
  const { t } = useTranslation('createTask');
  const format = useFormat();
  const { is_complete: isComplete, usd } = estimate;
  const label = (text: string) => (isComplete ? text : t('estimate.least', { amount: text }));
  const large = (text: string) => (
    <Box fontSize="heading-xl" fontWeight="bold">
      {text}
    </Box>
  );
  return (
    <SpaceBetween size="m">
      {!isComplete && (
        <Alert type="info">{t('estimate.incomplete', { seconds: format.duration(estimate.seconds) })}</Alert>
      )}
      <KeyValuePairs
        columns={3}
        items={[
          { label: label(t('estimate.objects')), value: large(format.number(estimate.objects)) },
          { label: label(t('estimate.bytes')), value: large(format.bytes(estimate.bytes)) },
          { label: label(t('estimate.total')), value: large(format.usd(usd.total)) },
        ]}
      />
      <KeyValuePairs
        columns={3}
        items={PARTS.map((part) => ({ label: t(`cost.${part}`), value: format.usd(usd[part]) }))}
      />
      <Box variant="small">{t('estimate.prices')}</Box>
    </SpaceBetween>
  );
}
