import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { useTranslation } from 'react-i18next';

import './run.css';
import { visiblePieces } from './visible-key';

/** A key of any length, with what is unseen in it shown, and a button that copies it as it is. */
export function KeyText({ value, copied = true }: { value: string; copied?: boolean }) {
  const { t } = useTranslation('common');
  return (
    <span className="key-text">
      <code translate="no">
        {visiblePieces(value).map((piece, index) =>
          piece.isMark ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
        )}
      </code>
      {copied && (
        <CopyToClipboard
          variant="icon"
          textToCopy={value}
          copyButtonAriaLabel={t('copyOf', { label: value.slice(0, 60) })}
          copySuccessText={t('copied')}
          copyErrorText={t('copyFailed')}
        />
      )}
    </span>
  );
}
