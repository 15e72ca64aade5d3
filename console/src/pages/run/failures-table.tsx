import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useRunFailures } from '../../api';
import type { Failure, Run } from '../../api';
import { useCan } from '../../auth/session';
import { LoadError, MoreButton, Rows } from '../../components';
import type { Column } from '../../components';
import { useFormat } from '../../use-format';
import { KeyText } from './key-text';
import { ReportDownload } from './report-download';
import { useRetry } from './run-actions';
import { MOST_KEYS } from './run-facts';
import { visibleText } from './visible-key';

/** The objects of a run that failed; some can be chosen to be taken up again. */
export function FailuresTable({ run, reason }: { run: Run; reason: string | null }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const query = useRunFailures(run.run_id, reason);
  // One reason for all is in the heading.
  const columns = useColumns().filter(({ id }) => reason === null || id !== 'reason');
  const [chosen, setChosen] = useState<Failure[]>([]);
  const mayRetry = useCan('operator') && run.actions.includes('retry');
  const { refetch } = query;
  const { failed } = run.counts;
  useEffect(() => {
    const timer = setTimeout(() => void refetch(), 5_000);
    return () => clearTimeout(timer);
  }, [failed, refetch]);

  if (query.error !== null && query.data === undefined) return <LoadError error={query.error} onRetry={refetch} />;
  return (
    <Rows
      embedded
      trackBy={identityOf}
      loading={query.isPending}
      rows={query.failures}
      selection={
        mayRetry
          ? {
              type: 'multi',
              chosen,
              onChange: setChosen,
              group: t('failures.chooseObjects'),
              all: t('failures.chooseAll'),
              nameOf: ({ key }) => t('failures.chooseObject', { key: visibleText(key) }),
            }
          : undefined
      }
      header={
        <Header
          variant="h3"
          counter={`(${format.number(query.failures.length)}${query.hasNextPage ? '+' : ''})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {run.has_report && <ReportDownload runId={run.run_id} />}
              {mayRetry && <RetryButtons run={run} reason={reason} chosen={chosen} />}
            </SpaceBetween>
          }
        >
          {reason === null ? t('failures.objects') : t('failures.objectsOf', { reason })}
        </Header>
      }
      columns={columns}
      empty={
        <Box textAlign="center" color="text-body-secondary">
          {t('failures.none')}
        </Box>
      }
      footer={<MoreButton query={query} />}
    />
  );
}

function useColumns(): Column<Failure>[] {
  const { t } = useTranslation('run');
  const format = useFormat();
  return [
    {
      id: 'key',
      header: t('columns.key'),
      cell: ({ key }) => <KeyText value={key} clamped />,
      isRowHeader: true,
      minWidth: 240,
      width: 300,
    },
    {
      id: 'action',
      header: t('columns.action'),
      cell: ({ action }) => t(action === 'delete' ? 'action.delete' : 'action.copy'),
      minWidth: 80,
    },
    { id: 'reason', header: t('columns.reason'), cell: (failure) => <code>{failure.reason}</code>, minWidth: 140 },
    {
      id: 'message',
      header: t('columns.message'),
      cell: ({ message }) => <span className="plain-text">{message}</span>,
      minWidth: 260,
    },
    {
      id: 'attempts',
      header: t('columns.attempts'),
      cell: ({ attempts }) => format.number(attempts),
      minWidth: 90,
    },
  ];
}

function RetryButtons({ run, reason, chosen }: { run: Run; reason: string | null; chosen: readonly Failure[] }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const keys = useMemo(() => ({ keys: [...new Set(chosen.map((failure) => failure.key))] }), [chosen]);
  const others = useMemo(() => (reason === null ? {} : { reason }), [reason]);
  const some = useRetry(run.run_id, keys);
  const all = useRetry(run.run_id, others);
  const count = keys.keys.length;
  const isTooMany = count > MOST_KEYS;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        disabled={count === 0 || isTooMany}
        disabledReason={isTooMany ? t('failures.tooMany', { most: MOST_KEYS }) : t('failures.chooseFirst')}
        loading={some.isBusy}
        onClick={() => void some.retry()}
      >
        {count === 0 ? t('actions.retryChosen') : t('actions.retryCount', { count, number: format.number(count) })}
      </Button>
      <Button variant="primary" loading={all.isBusy} onClick={() => void all.retry()}>
        {t(reason === null ? 'actions.retryAll' : 'actions.retryReason')}
      </Button>
    </SpaceBetween>
  );
}

function identityOf(failure: Failure): string {
  return `${failure.action} ${failure.key}`;
}
