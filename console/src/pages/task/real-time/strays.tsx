import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { useRedriveStray, useStrays } from '../../../api';
import type { Stray } from '../../../api';
import { useCan } from '../../../auth/session';
import { CopyField, Loaded, MoreButton, useNotify } from '../../../components';
import { useFormat } from '../../../use-format';

/** Messages on the queue that no task could take: those of the deployment, since none of them names a task. */
export function Strays() {
  const { t } = useTranslation('task');
  const format = useFormat();
  const query = useStrays();
  const { strays } = query;
  return (
    <ExpandableSection
      variant="container"
      headerText={t('strays.title')}
      headerCounter={`(${format.number(strays.length)}${query.hasNextPage ? '+' : ''})`}
      headerDescription={t('strays.about')}
      defaultExpanded={false}
    >
      <Loaded query={query}>
        {() =>
          strays.length === 0 ? (
            <Box color="text-body-secondary">{t('strays.none')}</Box>
          ) : (
            <SpaceBetween size="l">
              {strays.map((stray) => (
                <StrayMessage key={stray.stray_id} stray={stray} />
              ))}
              <MoreButton query={query} />
            </SpaceBetween>
          )
        }
      </Loaded>
    </ExpandableSection>
  );
}

function StrayMessage({ stray }: { stray: Stray }) {
  const { t } = useTranslation('task');
  const format = useFormat();
  const notify = useNotify();
  const mayRedrive = useCan('operator');
  const redrive = useRedriveStray();
  const send = () =>
    redrive.mutate(stray.stray_id, { onSuccess: () => notify.success(t('strays.sent')), onError: notify.error });
  return (
    <div className="stray">
      <div className="stray-head">
        <div>
          <Box variant="strong">{format.time(stray.received_at)}</Box>
          <div className="plain-text">{stray.reason}</div>
        </div>
        {mayRedrive && (
          <Button loading={redrive.isPending} ariaLabel={t('strays.sendOf', { id: stray.message_id })} onClick={send}>
            {t('strays.send')}
          </Button>
        )}
      </div>
      {stray.body !== null && (
        <CopyField block bare label={t('strays.bodyOf', { id: stray.message_id })} value={stray.body} />
      )}
      {stray.is_shortened && <Box color="text-body-secondary">{t('strays.shortened')}</Box>}
    </div>
  );
}
