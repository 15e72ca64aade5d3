import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useTranslation } from 'react-i18next';

import { useDeployment } from '../../api';
import type { Deployment } from '../../api';
import { ExternalLink, Loaded } from '../../components';
import { useFormat } from '../../use-format';

/** What this deployment is, and where its own consoles are. */
export function DeploymentPanel() {
  const { t } = useTranslation('settings');
  const deployment = useDeployment();
  return (
    <Container header={<Header variant="h2">{t('deployment.title')}</Header>}>
      <Loaded query={deployment}>{(facts) => <Facts facts={facts} />}</Loaded>
    </Container>
  );
}

function Facts({ facts }: { facts: Deployment }) {
  const { t } = useTranslation(['settings', 'common']);
  const format = useFormat();
  const allowed = (is: boolean) => t(is ? 'settings:deployment.allowed' : 'settings:deployment.notAllowed');
  return (
    <KeyValuePairs
      columns={3}
      minColumnWidth={210}
      items={[
        { label: t('settings:deployment.stack'), value: facts.stack },
        { label: t('settings:deployment.region'), value: facts.region },
        { label: t('settings:deployment.version'), value: facts.version },
        { label: t('settings:deployment.engine'), value: facts.engine },
        { label: t('settings:deployment.edition'), value: `${facts.edition} (${facts.architecture})` },
        { label: t('settings:deployment.threshold'), value: format.bytes(facts.large_object_threshold) },
        {
          label: t('settings:deployment.buckets'),
          value: <span className="plain-text">{facts.replica_buckets.join(', ') || t('common:none')}</span>,
        },
        { label: t('settings:deployment.deletes'), value: allowed(facts.deletes_allowed) },
        { label: t('settings:deployment.acls'), value: allowed(facts.acls_allowed) },
        {
          label: t('settings:deployment.alarms'),
          value: <span className="plain-text">{facts.alarm_email ?? t('common:none')}</span>,
        },
        {
          label: t('settings:deployment.links'),
          value: (
            <>
              {facts.dashboard_url !== null && (
                <div>
                  <ExternalLink href={facts.dashboard_url}>{t('settings:deployment.dashboard')}</ExternalLink>
                </div>
              )}
              <ExternalLink href={facts.secrets_url}>{t('settings:deployment.secrets')}</ExternalLink>
            </>
          ),
        },
      ]}
    />
  );
}
