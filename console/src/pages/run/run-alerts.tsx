import Alert from '@cloudscape-design/components/alert';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import type { Run } from '../../api';
import { link } from '../../links';
import { useFormat } from '../../use-format';

/** What somebody has to know about how a run went, before its numbers. */
export function RunAlerts({ run, failuresHref }: { run: Run; failuresHref: string | null }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const alerts = [
    run.state === 'failed' && (
      <Alert key="failed" type="error" header={t('alerts.failed')}>
        <span className="plain-text">{run.reason ?? t('alerts.noReason')}</span> {t('alerts.failedNext')}
      </Alert>
    ),
    run.state !== 'failed' && run.reason !== null && (
      <Alert key="reason" type="warning" header={t(run.real_time ? 'alerts.reason' : 'alerts.attention')}>
        <span className="plain-text">{run.reason}</span>
      </Alert>
    ),
    run.state === 'paused' && (
      <Alert key="paused" type="info">
        {t('alerts.paused')}
      </Alert>
    ),
    run.counts.failed > 0 && run.state !== 'failed' && (
      <Alert
        key="failures"
        type="warning"
        header={t('alerts.failures', { count: run.counts.failed, number: format.number(run.counts.failed) })}
      >
        {t(run.actions.includes('retry') ? 'alerts.failuresNext' : 'alerts.failuresSoFar')}{' '}
        {failuresHref !== null && (
          <Link href={failuresHref} variant="primary">
            {t('alerts.showFailures')}
          </Link>
        )}
      </Alert>
    ),
    run.retry_of !== null && (
      <Alert key="retry" type="info">
        {t('alerts.retry')} <Link href={link.run(run.retry_of)}>{run.retry_of}</Link>
      </Alert>
    ),
  ].filter((alert) => alert !== false);
  return alerts.length === 0 ? null : <SpaceBetween size="s">{alerts}</SpaceBetween>;
}
