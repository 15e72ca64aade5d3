import Button from '@cloudscape-design/components/button';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { useRetryRun, useRunAction } from '../../api';
import type { Run } from '../../api';
import { useCan } from '../../auth/session';
import { ConfirmModal, useNotify } from '../../components';
import { route } from '../../links';
import { ReportDownload } from './report-download';
import { useWish } from './use-wish';

/** What can be done with a run, by its state and by the user's role. */
export function RunActions({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const notify = useNotify();
  const mayAct = useCan('operator');
  const act = useRunAction();
  const [isStopping, setStopping] = useState(false);
  const can = (action: Run['actions'][number]) => mayAct && run.actions.includes(action);

  const ask = (action: 'pause' | 'resume') =>
    act.mutate(
      { runId: run.run_id, action },
      { onSuccess: () => notify.success(t(`done.${action}`)), onError: notify.error },
    );
  const busyWith = act.isPending ? act.variables.action : null;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {can('pause') && (
        <Button iconName="pause" loading={busyWith === 'pause'} onClick={() => ask('pause')}>
          {t('actions.pause')}
        </Button>
      )}
      {can('resume') && (
        <Button variant="primary" iconName="play" loading={busyWith === 'resume'} onClick={() => ask('resume')}>
          {t('actions.resume')}
        </Button>
      )}
      {can('stop') && <Button onClick={() => setStopping(true)}>{t('actions.stop')}</Button>}
      {can('retry') && <RetryAll run={run} />}
      {run.has_report && <ReportDownload runId={run.run_id} />}
      {isStopping && <StopModal runId={run.run_id} onDismiss={() => setStopping(false)} />}
    </SpaceBetween>
  );
}

/** Stopping is for good, so it is asked for twice. */
export function StopModal({ runId, onDismiss }: { runId: string; onDismiss: () => void }) {
  const { t } = useTranslation('run');
  const notify = useNotify();
  const act = useRunAction();
  return (
    <ConfirmModal
      title={t('stop.title')}
      confirmLabel={t('actions.stop')}
      onConfirm={async () => {
        await act.mutateAsync({ runId, action: 'stop' });
        notify.success(t('done.stop'));
      }}
      onDismiss={onDismiss}
    >
      <Box variant="p">{t('stop.question')}</Box>
    </ConfirmModal>
  );
}

function RetryAll({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const { retry, isBusy } = useRetry(run.run_id, {});
  return (
    <Button iconName="refresh" loading={isBusy} onClick={() => void retry()}>
      {t('actions.retryAll')}
    </Button>
  );
}

/** Take failed objects up again, and go to the run that does; `only` names some of them. */
export function useRetry(runId: string, only: { keys?: string[]; reason?: string }) {
  const { t } = useTranslation('run');
  const notify = useNotify();
  const navigate = useNavigate();
  const { mutateAsync, isPending } = useRetryRun();
  const wish = useWish(
    useCallback((token) => mutateAsync({ runId, ...only, client_token: token }), [mutateAsync, runId, only]),
  );
  const retry = async () => {
    try {
      const started = await wish();
      notify.success(t('done.retry'));
      await navigate(route.run(started.run_id));
    } catch (error) {
      notify.error(error);
    }
  };
  return { retry, isBusy: isPending };
}
