import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { useTranslation } from 'react-i18next';

import { useWizard } from '../wizard-context';

/** What the deployment is: there is nothing to choose, and something to know. */
export function EngineStep() {
  const { t } = useTranslation('createTask');
  const { deployment } = useWizard().facts;
  const isGraviton = deployment.architecture === 'arm64';
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t('engine.engine')}</Header>}>
        <Tiles
          value="s3"
          columns={1}
          ariaLabel={t('engine.engine')}
          items={[{ value: 's3', label: deployment.engine, description: t('engine.s3') }]}
        />
      </Container>
      <Container header={<Header variant="h2">{t('engine.edition')}</Header>}>
        <SpaceBetween size="m">
          <Tiles
            value="lambda"
            columns={1}
            ariaLabel={t('engine.edition')}
            items={[
              {
                value: 'lambda',
                label: t(isGraviton ? 'engine.graviton' : 'engine.x86'),
                description: t('engine.lambda', { architecture: deployment.architecture }),
              },
            ]}
          />
          <Box color="text-body-secondary" variant="small">
            {t('engine.facts', { stack: deployment.stack, version: deployment.version, region: deployment.region })}
          </Box>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}
