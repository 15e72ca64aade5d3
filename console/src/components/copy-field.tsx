import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  /** What the value is; also names the buttons for screen readers. */
  label: string;
  value: string;
  /** Hidden until asked for; copying works without showing. */
  secret?: boolean;
  /** Many lines, such as JSON: shown as a block. */
  block?: boolean;
  /** Without the label above the value, where the label is there already. */
  bare?: boolean;
}

/** A value to be pasted somewhere else, with its copy button. */
export function CopyField({ label, value, secret = false, block = false, bare = false }: Props) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(!secret);
  const text = isShown ? value : '•'.repeat(24);
  const buttons = (
    <SpaceBetween direction="horizontal" size="xxs">
      {secret && (
        <Button
          variant="inline-icon"
          iconName={isShown ? 'lock-private' : 'unlocked'}
          ariaLabel={t(isShown ? 'hideOf' : 'showOf', { label })}
          onClick={() => setShown(!isShown)}
        />
      )}
      <CopyToClipboard
        variant={block ? 'button' : 'icon'}
        textToCopy={value}
        copyButtonText={t('copy')}
        copyButtonAriaLabel={t('copyOf', { label })}
        copySuccessText={t('copied')}
        copyErrorText={t('copyFailed')}
      />
    </SpaceBetween>
  );
  return (
    <div className="copy-field">
      {!bare && <Box variant="awsui-key-label">{label}</Box>}
      {block ? (
        <div className="copy-block">
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a block that scrolls is reached by keyboard */}
          <pre tabIndex={0} aria-label={label}>
            {text}
          </pre>
          <div className="copy-block-buttons">{buttons}</div>
        </div>
      ) : (
        <div className="copy-line">
          <code>{text}</code>
          {buttons}
        </div>
      )}
    </div>
  );
}
