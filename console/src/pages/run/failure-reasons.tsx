import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import { useTranslation } from 'react-i18next';

import type { FailureReason } from '../../api';
import { Rows } from '../../components';
import { useFormat } from '../../use-format';

interface Props {
  reasons: readonly FailureReason[];
  chosen: string | null;
  onChoose: (reason: string | null) => void;
}

/** Why objects failed, with counts; choosing one filters the objects below. */
export function FailureReasons({ reasons, chosen, onChoose }: Props) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const shown = reasons.find((reason) => reason.reason === chosen);
  return (
    <Rows
      embedded
      trackBy={(reason) => reason.reason}
      rows={reasons}
      empty={null}
      selection={{
        type: 'single',
        chosen: shown === undefined ? [] : [shown],
        onChange: (now) => onChoose(now[0]?.reason ?? null),
        group: t('failures.chooseReason'),
        nameOf: ({ reason }) => t('failures.onlyReason', { reason }),
      }}
      header={
        <Header
          variant="h3"
          counter={`(${format.number(reasons.length)})`}
          actions={
            chosen !== null && (
              <Link variant="primary" onFollow={() => onChoose(null)}>
                {t('failures.allReasons')}
              </Link>
            )
          }
        >
          {t('failures.reasons')}
        </Header>
      }
      columns={[
        {
          id: 'reason',
          header: t('columns.reason'),
          cell: ({ reason }) => <code>{reason}</code>,
          isRowHeader: true,
          minWidth: 140,
        },
        { id: 'count', header: t('columns.count'), cell: ({ count }) => format.number(count), minWidth: 80 },
        {
          id: 'example',
          header: t('columns.example'),
          cell: ({ example_message }) => <span className="plain-text">{example_message}</span>,
          minWidth: 260,
        },
      ]}
    />
  );
}
