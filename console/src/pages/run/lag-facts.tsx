import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import type { Run } from '../../api';
import { useFormat } from '../../use-format';
import { Pairs } from './run-numbers';

const NAMES = ['p50', 'p95', 'p99', 'max'] as const;

/** How far replicas were behind when they were written. */
export function LagFacts({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const { lag } = run;
  const rows = (['change', 'notification'] as const).flatMap((since) => {
    const seconds = lag?.[since];
    return seconds == null || seconds.p50 == null ? [] : [{ since, seconds }];
  });
  if (rows.length === 0) return <Box color="text-body-secondary">{t('lag.nothing')}</Box>;
  return (
    <SpaceBetween size="m">
      {rows.map(({ since, seconds }) => (
        <div key={since}>
          <Box variant="h3">{t(`lag.${since}`)}</Box>
          <Pairs
            label={t(`lag.${since}`)}
            pairs={NAMES.map((name) => [t(`quantiles.${name}`), format.lag(seconds[name])] as const)}
          />
        </div>
      ))}
    </SpaceBetween>
  );
}
