import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import { useTranslation } from 'react-i18next';

import { useRedriveStray, useStrays } from '../../api';
import { useCan } from '../../auth/session';
import { Rows, useNotify } from '../../components';
import { useFormat } from '../../use-format';

/** Messages on the queue that no task could take, while there are some. */
export function StraysPanel() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const notify = useNotify();
  const canSend = useCan('operator');
  const { data: strays = [] } = useStrays();
  const redrive = useRedriveStray();
  if (strays.length === 0) return null;

  const sendAgain = (messageId: string) =>
    redrive.mutate(messageId, { onSuccess: () => notify.success(t('strays.sent')), onError: notify.error });
  return (
    <Rows
      rows={strays}
      trackBy={(stray) => stray.message_id}
      empty={null}
      header={
        <Header variant="h2" counter={`(${format.number(strays.length)})`} description={t('strays.about')}>
          {t('strays.title')}
        </Header>
      }
      columns={[
        { id: 'time', header: t('strays.time'), cell: (stray) => format.time(stray.received_at) },
        { id: 'reason', header: t('strays.reason'), cell: (stray) => stray.reason, isRowHeader: true },
        { id: 'body', header: t('strays.body'), cell: (stray) => <code className="plain-text">{stray.body}</code> },
        ...(canSend
          ? [
              {
                id: 'again',
                header: t('strays.actions'),
                cell: ({ message_id }: { message_id: string }) => (
                  <Button
                    variant="inline-link"
                    ariaLabel={t('strays.sendAgainOf', { id: message_id })}
                    loading={redrive.isPending && redrive.variables === message_id}
                    onClick={() => sendAgain(message_id)}
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
