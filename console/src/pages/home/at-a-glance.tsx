import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { useDeployment, useOverview } from '../../api';
import type { Overview } from '../../api';
import { ExternalLink, Loaded } from '../../components';
import { link } from '../../links';
import { useFormat } from '../../use-format';

/** The state of the deployment in a few numbers. */
export function AtAGlance() {
  const { t } = useTranslation('home');
  const overview = useOverview();
  const { data: deployment } = useDeployment();
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            deployment?.dashboard_url != null && (
              <ExternalLink href={deployment.dashboard_url}>{t('glance.dashboard')}</ExternalLink>
            )
          }
        >
          {t('glance.title')}
        </Header>
      }
    >
      <Loaded query={overview}>{(numbers) => <Numbers overview={numbers} />}</Loaded>
    </Container>
  );
}

function Numbers({ overview }: { overview: Overview }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  // Counts of the first tasks only, when there are very many.
  const count = (value: number) => format.number(value) + (overview.is_complete ? '' : '+');
  const linked = (text: string, href: string) => (
    <Link variant="awsui-value-large" href={href}>
      {text}
    </Link>
  );
  return (
    <ColumnLayout columns={4} variant="text-grid" minColumnWidth={150}>
      <Fact label={t('glance.tasks')}>{linked(count(overview.tasks), link.tasks())}</Fact>
      <Fact label={t('glance.running')}>{linked(count(overview.running), link.tasks('running'))}</Fact>
      <Fact label={t('glance.failed')}>{linked(count(overview.failed), link.tasks('failed'))}</Fact>
      <Fact label={t('glance.realTime')}>{linked(count(overview.real_time), link.tasks('real-time'))}</Fact>
      <Fact label={t('glance.pending')}>
        {overview.oldest_pending_seconds === null ? (
          <StatusIndicator type="success">{t('glance.nothingPending')}</StatusIndicator>
        ) : (
          <Box fontSize="heading-m">{format.duration(overview.oldest_pending_seconds)}</Box>
        )}
      </Fact>
      <Fact label={t('glance.deadLetters')}>
        <Trouble count={overview.dead_letters} words={t('glance.waiting', { count: overview.dead_letters })} />
      </Fact>
      <Fact label={t('glance.strays')}>
        <Trouble count={overview.stray_messages} words={t('glance.waiting', { count: overview.stray_messages })} />
      </Fact>
    </ColumnLayout>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      {children}
    </div>
  );
}

function Trouble({ count, words }: { count: number; words: string }) {
  return <StatusIndicator type={count === 0 ? 'success' : 'warning'}>{words}</StatusIndicator>;
}
