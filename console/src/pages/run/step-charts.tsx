import AreaChart from '@cloudscape-design/components/area-chart';
import BarChart from '@cloudscape-design/components/bar-chart';
import Box from '@cloudscape-design/components/box';
import LineChart from '@cloudscape-design/components/line-chart';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { useFormat } from '../../use-format';
import { axisEnd, bytesAxis } from './chart-steps';
import type { Step } from './chart-steps';
import { useTimeAxis } from './time-axis';

interface Props {
  steps: readonly Step[];
}

const HEIGHT = 180;

export function BytesChart({ steps }: Props) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const most = axisEnd(steps.map((step) => step.bytes));
  const { unit, size } = bytesAxis(most);
  const chart = useChart(steps);
  const data = steps.map((step) => ({ x: step.time, y: step.bytes / size }));
  return (
    <Titled title={t('charts.bytes')}>
      <AreaChart
        {...chart}
        ariaLabel={t('charts.bytes')}
        yTitle={unit}
        yDomain={[0, most / size]}
        yTickFormatter={(value) => format.number(value, 2)}
        series={series(data, [
          {
            type: 'area',
            title: t('charts.bytes'),
            data,
            valueFormatter: (value: number) => format.bytes(value * size),
          },
        ])}
      />
    </Titled>
  );
}

export function ObjectsChart({ steps }: Props) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const chart = useChart(steps);
  const data = steps.map((step) => ({ x: step.time, y: step.objects }));
  return (
    <Titled title={t('charts.objects')}>
      <AreaChart
        {...chart}
        ariaLabel={t('charts.objects')}
        yTitle={t('charts.objectsAxis')}
        yDomain={[0, axisEnd(data.map(({ y }) => y))]}
        yTickFormatter={(value) => wholeTick(format.number, value)}
        series={series(data, [
          { type: 'area', title: t('charts.objects'), data, valueFormatter: (value: number) => format.number(value) },
        ])}
      />
    </Titled>
  );
}

export function FailuresChart({ steps }: Props) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const chart = useChart(steps);
  const data = steps.map((step) => ({ x: step.time, y: step.failed }));
  return (
    <Titled title={t('charts.failures')}>
      <BarChart
        {...chart}
        xScaleType="categorical"
        xDomain={data.map(({ x }) => x)}
        ariaLabel={t('charts.failures')}
        yTitle={t('charts.objectsAxis')}
        yDomain={[0, axisEnd(data.map(({ y }) => y))]}
        yTickFormatter={(value) => wholeTick(format.number, value)}
        series={series(data, [
          { type: 'bar', title: t('charts.failures'), data, valueFormatter: (value: number) => format.number(value) },
        ])}
      />
    </Titled>
  );
}

export function LagChart({ steps }: Props) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const chart = useChart(steps);
  const line = (title: string, name: 'lag50' | 'lag95') => ({
    type: 'line' as const,
    title,
    data: steps.flatMap((step) => (step[name] === null ? [] : [{ x: step.time, y: step[name] }])),
    valueFormatter: (value: number) => format.lag(value),
  });
  const lines = [line(t('charts.p50'), 'lag50'), line(t('charts.p95'), 'lag95')];
  const values = lines.flatMap(({ data }) => data.map(({ y }) => y));
  return (
    <Titled title={t('charts.lag')}>
      <LineChart
        {...chart}
        hideLegend={false}
        ariaLabel={t('charts.lag')}
        yTitle={t('charts.secondsAxis')}
        yDomain={[0, axisEnd(values)]}
        yTickFormatter={(value) => format.number(value, 1)}
        series={series(values, lines)}
      />
    </Titled>
  );
}

function Titled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Box variant="h3" padding={{ bottom: 'xxs' }}>
        {title}
      </Box>
      {children}
    </div>
  );
}

/** What every chart of steps has. */
function useChart(steps: readonly Step[]) {
  const { t } = useTranslation('run');
  const axis = useTimeAxis(steps);
  return {
    ...axis,
    height: HEIGHT,
    hideFilter: true,
    hideLegend: true,
    xScaleType: 'time' as const,
    empty: (
      <Box textAlign="center" color="inherit">
        {t('charts.empty')}
      </Box>
    ),
  };
}

/** A chart without points says so, which it does only without series. */
function series<T>(points: readonly unknown[], drawn: T[]): T[] {
  return points.length === 0 ? [] : drawn;
}

/** Objects come whole, and so do their ticks. */
function wholeTick(number: (value: number) => string, value: number): string {
  return Number.isInteger(value) ? number(value) : '';
}
