import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { isOver } from '../../api';
import type { Run } from '../../api';
import { useFormat } from '../../use-format';
import { Pairs } from './run-numbers';

const PARTS = ['oss_egress', 'oss_requests', 's3_requests', 'compute', 'queue_and_state'] as const;

/** What a dry run found that a run would do, and what that would cost. */
export function EstimateFacts({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const { estimate } = run;
  if (estimate === null) {
    if (!run.dry_run || isOver(run)) return null;
    return (
      <Container header={<Header variant="h2">{t('estimate.title')}</Header>}>
        <Box color="text-body-secondary">{t('estimate.counting')}</Box>
      </Container>
    );
  }
  return (
    <Container
      header={
        <Header variant="h2" description={t('estimate.about')}>
          {t('estimate.title')}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Pairs
          label={t('estimate.title')}
          pairs={[
            [t('estimate.objects'), format.number(estimate.objects)],
            [t('estimate.bytes'), format.bytes(estimate.bytes)],
            [t('estimate.deleted'), format.number(run.found.extra)],
            [
              t('estimate.total'),
              <Box key="total" variant="strong" fontSize="heading-m">
                {format.usd(estimate.usd.total)}
              </Box>,
            ],
          ]}
        />
        <Pairs
          label={t('estimate.parts')}
          pairs={PARTS.map((part) => [t(`cost.${part}`), format.usd(estimate.usd[part])] as const)}
        />
      </SpaceBetween>
    </Container>
  );
}
