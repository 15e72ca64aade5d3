import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import { useTranslation } from 'react-i18next';

import { useRedriveStray, useStrays } from '../../api';
import type { Stray } from '../../api';
import { useCan } from '../../auth/session';
import { MoreButton, Rows, useNotify } from '../../components';
import { useFormat } from '../../use-format';

/** Messages on the queue that no task could take, while there are some. */
export function StraysPanel() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const notify = useNotify();
  const canSend = useCan('operator');
  const query = useStrays();
  const { strays } = query;
  const redrive = useRedriveStray();
  if (strays.length === 0) return null;

  const sendAgain = (strayId: string) =>
    redrive.mutate(strayId, { onSuccess: () => notify.success(t('strays.sent')), onError: notify.error });
  return (
    <Rows
      rows={strays}
      trackBy={(stray) => stray.stray_id}
      empty={null}
      header={
        <Header
          variant="h2"
          counter={`(${format.number(strays.length)}${query.hasNextPage ? '+' : ''})`}
          description={t('strays.about')}
        >
          {t('strays.title')}
        </Header>
      }
      footer={<MoreButton query={query} />}
      columns={[
        { id: 'time', header: t('strays.time'), cell: (stray) => format.time(stray.received_at) },
        { id: 'reason', header: t('strays.reason'), cell: (stray) => stray.reason, isRowHeader: true },
        ...(canSend
          ? [
              {
                id: 'body',
                header: t('strays.body'),
                cell: ({ body, is_shortened: isShortened }: Stray) => (
                  <code className="plain-text">{isShortened ? `${body}…` : body}</code>
                ),
              },
              {
                id: 'again',
                header: t('strays.actions'),
                cell: ({ stray_id: id, message_id }: Stray) => (
                  <Button
                    variant="inline-link"
                    ariaLabel={t('strays.sendAgainOf', { id: message_id })}
                    loading={redrive.isPending && redrive.variables === id}
                    onClick={() => sendAgain(id)}
                  >
                    {t('strays.sendAgain')}
                  </Button>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}
