import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { RealTime, Task } from '../../../api';
import { EventBridgeSteps } from './eventbridge-steps';
import { FunctionSteps } from './function-steps';
import { SmqSteps } from './smq-steps';

type Way = 'smq' | 'eventbridge' | 'function';

export interface SetUp {
  task: Task;
  realTime: RealTime;
}

/** The ways in which notifications get here, each with everything to paste, in order. */
export function Senders({ task, realTime }: SetUp) {
  const { t } = useTranslation('task');
  const [way, setWay] = useState<Way>('smq');
  return (
    <Container
      header={
        <Header variant="h2" description={t('senders.about')}>
          {t('senders.title')}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Tiles
          ariaLabel={t('senders.title')}
          value={way}
          onChange={({ detail }) => setWay(detail.value as Way)}
          items={(['smq', 'eventbridge', 'function'] as const).map((value) => ({
            value,
            label: t(`ways.${value}`),
            description: t(`wayHints.${value}`),
          }))}
        />
        {way === 'smq' && <SmqSteps task={task} realTime={realTime} />}
        {way === 'eventbridge' && <EventBridgeSteps task={task} realTime={realTime} />}
        {way === 'function' && <FunctionSteps task={task} realTime={realTime} />}
      </SpaceBetween>
    </Container>
  );
}
