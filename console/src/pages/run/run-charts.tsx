import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isMoving, useRunSeries } from '../../api';
import type { Run } from '../../api';
import { Loaded } from '../../components';
import { useFormat } from '../../use-format';
import { chartSteps } from './chart-steps';
import { BytesChart, FailuresChart, LagChart, ObjectsChart } from './step-charts';

/** A run over time, followed while it moves. */
export function RunCharts({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const moving = isMoving(run);
  const series = useRunSeries(run.run_id, moving);
  const now = useNow(moving);
  const { refetch } = series;
  useEffect(() => {
    // What came after the last look, when the run is over.
    if (!moving) void refetch();
  }, [moving, refetch]);

  return (
    <Loaded query={series}>
      {(answer) => {
        const { seconds, steps } = chartSteps(answer, now, moving);
        return (
          <Container
            header={
              <Header
                variant="h2"
                description={steps.length > 0 && t('charts.step', { step: format.duration(seconds) })}
              >
                {t('charts.title')}
              </Header>
            }
          >
            {steps.length === 0 ? (
              <Box color="text-body-secondary">{t(moving ? 'charts.empty' : 'charts.none')}</Box>
            ) : (
              <ColumnLayout columns={2}>
                <BytesChart steps={steps} />
                <ObjectsChart steps={steps} />
                {run.real_time && <LagChart steps={steps} />}
                {steps.some((step) => step.failed > 0) && <FailuresChart steps={steps} />}
              </ColumnLayout>
            )}
          </Container>
        );
      }}
    </Loaded>
  );
}

/** The time, read again now and then while it matters. */
function useNow(moving: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!moving) return undefined;
    const timer = setInterval(() => setNow(new Date()), 10_000);
    return () => clearInterval(timer);
  }, [moving]);
  return now;
}
