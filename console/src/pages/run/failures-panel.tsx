import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isMoving, useFailureReasons } from '../../api';
import type { Run } from '../../api';
import { Loaded } from '../../components';
import { FailureReasons } from './failure-reasons';
import { FailuresTable } from './failures-table';

const SETTLED = 5_000;

/** Which objects of a run failed and why, and taking them up again. */
export function FailuresPanel({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const [reason, setReason] = useState<string | null>(null);
  const reasons = useFailureReasons(run.run_id);
  const { refetch } = reasons;
  const { failed } = run.counts;
  useEffect(() => {
    // Failures come in bursts; counting them all is asked for once one is past.
    const timer = setTimeout(() => void refetch(), SETTLED);
    return () => clearTimeout(timer);
  }, [failed, refetch]);

  if (failed === 0 && (reasons.data?.reasons.length ?? 0) === 0) {
    return (
      <Box textAlign="center" color="text-body-secondary" padding="l">
        {t(isMoving(run) ? 'failures.noneYet' : 'failures.none')}
      </Box>
    );
  }
  return (
    <SpaceBetween size="l">
      <Loaded query={reasons}>
        {(answer) => (
          <SpaceBetween size="s">
            {!answer.is_complete && <Alert type="info">{t('failures.incomplete')}</Alert>}
            <FailureReasons reasons={answer.reasons} chosen={reason} onChoose={setReason} />
          </SpaceBetween>
        )}
      </Loaded>
      <FailuresTable key={reason} run={run} reason={reason} />
    </SpaceBetween>
  );
}
