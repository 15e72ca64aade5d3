import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import type { SelectProps } from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { useSecrets } from '../../../api';
import type { Secret } from '../../../api';
import { CopyField, ExternalLink, useErrorText } from '../../../components';
import { useFormat } from '../../../use-format';
import { Field } from '../field';
import { useWizard } from '../wizard-context';

const SECRET_JSON = `{
  "access_key_id": "<Your Access Key ID>",
  "secret_access_key": "<Your Access Key Secret>"
}`;

/** The secret with the access key; what it holds never comes here. */
export function SecretPicker() {
  const { t } = useTranslation('createTask');
  const errorText = useErrorText();
  const format = useFormat();
  const secrets = useSecrets();
  const { draft, change } = useWizard();

  const found = secrets.data ?? [];
  const optionOf = (secret: Secret): SelectProps.Option => ({
    value: secret.name,
    label: secret.name,
    description: secret.problem ?? secret.description,
    disabled: secret.problem !== null,
    disabledReason: secret.problem ?? undefined,
    tags: secret.changed_at === null ? [] : [t('secret.changed', { time: format.ago(secret.changed_at) })],
  });
  // A task may name its secret by ARN.
  const chosen = found.find((one) => one.name === draft.secret || one.arn === draft.secret);
  const option = chosen === undefined ? { value: draft.secret, label: draft.secret } : optionOf(chosen);
  const isGone = secrets.data !== undefined && draft.secret !== '' && chosen === undefined;

  return (
    <Container header={<Header variant="h2">{t('secret.title')}</Header>}>
      <SpaceBetween size="m">
        <Field
          name="source.secret"
          label={t('secret.label')}
          description={t('secret.hint')}
          warningText={isGone ? t('secret.unknown') : (chosen?.problem ?? undefined)}
        >
          <div className="select-and-button">
            <Select
              selectedOption={draft.secret === '' ? null : option}
              options={found.map(optionOf)}
              placeholder={t('choose')}
              statusType={secrets.isError ? 'error' : secrets.isPending ? 'loading' : 'finished'}
              loadingText={t('secret.loading')}
              errorText={secrets.isError ? errorText(secrets.error) : undefined}
              recoveryText={t('secret.again')}
              onLoadItems={() => secrets.isError && void secrets.refetch()}
              empty={t('secret.none')}
              onChange={({ detail }) => change({ secret: detail.selectedOption.value ?? '' })}
            />
            <Button
              iconName="refresh"
              ariaLabel={t('secret.refresh')}
              loading={secrets.isFetching}
              onClick={() => void secrets.refetch()}
            />
          </div>
        </Field>
        {secrets.data?.length === 0 && <Alert type="warning">{t('secret.noneHint')}</Alert>}
        <NewSecret />
      </SpaceBetween>
    </Container>
  );
}

function NewSecret() {
  const { t } = useTranslation('createTask');
  const { deployment } = useWizard().facts;
  return (
    <ExpandableSection headerText={t('secret.new')}>
      <SpaceBetween size="s">
        <ol className="steps-list">
          <li>
            <ExternalLink href={deployment.create_secret_url}>{t('secret.open')}</ExternalLink>
          </li>
          <li>{t('secret.paste')}</li>
          <li>{t('secret.allow')}</li>
          <li>{t('secret.thenRefresh')}</li>
        </ol>
        <CopyField block label={t('secret.json')} value={SECRET_JSON} />
      </SpaceBetween>
    </ExpandableSection>
  );
}
