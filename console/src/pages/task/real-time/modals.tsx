import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, useRemoveRealTime, useRotateSecret, useSetRealTime } from '../../../api';
import type { RealTime } from '../../../api';
import { ConfirmModal, useNotify } from '../../../components';
import { useFormat } from '../../../use-format';
import { useWish } from '../../run/use-wish';
import { SettingsFields } from './settings-fields';
import { draftOf, problemsOf, settingsOf } from './settings-form';

const HOUR = 3600;
/** How long the secret so far may still be taken, in seconds; the API takes at most 30 days. */
const KEPT = [0, HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];

export function EditModal({ realTime, onDismiss }: { realTime: RealTime; onDismiss: () => void }) {
  const { t } = useTranslation(['task', 'common']);
  const notify = useNotify();
  const [draft, setDraft] = useState(() => draftOf(realTime));
  const save = useSetRealTime(realTime.task_id);
  return (
    <ConfirmModal
      title={t('realTime.settings.title')}
      confirmLabel={t('common:save')}
      onConfirm={async () => {
        if (problemsOf(draft).length > 0) {
          throw new ApiError(422, 'InvalidSettings', t('realTime.settings.mend'));
        }
        await save.mutateAsync(settingsOf(draft));
        notify.success(t('realTime.saved'));
      }}
      onDismiss={onDismiss}
    >
      <SettingsFields draft={draft} onChange={setDraft} error={save.error} />
    </ConfirmModal>
  );
}

export function RotateModal({ taskId, onDismiss }: { taskId: string; onDismiss: () => void }) {
  const { t } = useTranslation('task');
  const format = useFormat();
  const notify = useNotify();
  const { mutateAsync } = useRotateSecret(taskId);
  const [kept, setKept] = useState(7 * 24 * HOUR);
  const ask = useCallback(
    (token: string) => mutateAsync({ keep_seconds: kept, client_token: token }),
    [mutateAsync, kept],
  );
  const rotate = useWish(ask);
  const optionOf = (seconds: number) => ({
    value: String(seconds),
    label: seconds === 0 ? t('realTime.keepNot') : format.duration(seconds),
  });
  return (
    <ConfirmModal
      title={t('realTime.rotateTitle')}
      confirmLabel={t('realTime.rotate')}
      onConfirm={async () => {
        await rotate();
        notify.success(t('realTime.rotated'));
      }}
      onDismiss={onDismiss}
    >
      <Box variant="p">{t('realTime.rotateText')}</Box>
      <FormField label={t('realTime.keep')}>
        <Select
          selectedOption={optionOf(kept)}
          options={KEPT.map(optionOf)}
          onChange={({ detail }) => setKept(Number(detail.selectedOption.value))}
        />
      </FormField>
      {kept === 0 && <Alert type="warning">{t('realTime.keepNotWarning')}</Alert>}
    </ConfirmModal>
  );
}

export function DisableModal({ taskId, onDismiss }: { taskId: string; onDismiss: () => void }) {
  const { t } = useTranslation('task');
  const notify = useNotify();
  const remove = useRemoveRealTime(taskId);
  return (
    <ConfirmModal
      title={t('realTime.disableTitle')}
      confirmLabel={t('realTime.disable')}
      onConfirm={async () => {
        await remove.mutateAsync();
        notify.success(t('realTime.disabled'));
      }}
      onDismiss={onDismiss}
    >
      <Box variant="p">{t('realTime.disableText')}</Box>
    </ConfirmModal>
  );
}
