import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Trans, useTranslation } from 'react-i18next';

import { useErrorText } from './error-text';

interface Props {
  title: string;
  confirmLabel: string;
  /** What has to be typed before the button works, for what cannot be undone. */
  typed?: string;
  /** Its failure is shown here, and the question stays open; success closes it. */
  onConfirm: () => Promise<unknown>;
  onDismiss: () => void;
  children: ReactNode;
}

/** A question before an action. Render it while it is asked: its state starts anew each time. */
export function ConfirmModal({ title, confirmLabel, typed, onConfirm, onDismiss, children }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isAllowed = typed === undefined || text.trim() === typed;

  async function confirm() {
    if (!isAllowed || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
      onDismiss();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <Modal
      visible
      header={title}
      closeAriaLabel={t('close')}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              {t('cancel')}
            </Button>
            <Button variant="primary" disabled={!isAllowed} loading={isBusy} onClick={() => void confirm()}>
              {confirmLabel}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        {typed !== undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void confirm();
            }}
          >
            <FormField
              label={<Trans i18nKey="typeToConfirm" values={{ text: typed }} components={{ b: <strong /> }} />}
            >
              <Input
                value={text}
                ariaLabel={t('typeToConfirmLabel')}
                placeholder={typed}
                autoComplete={false}
                spellcheck={false}
                onChange={({ detail }) => setText(detail.value)}
              />
            </FormField>
          </form>
        )}
        {failure !== null && <Alert type="error">{errorText(failure)}</Alert>}
      </SpaceBetween>
    </Modal>
  );
}
