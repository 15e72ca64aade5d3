import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { useTranslation } from 'react-i18next';

import './run.css';
import { visiblePieces } from './visible-key';

interface Props {
  value: string;
  copied?: boolean;
  /** For a table: four lines at most; copying gives all of it. */
  clamped?: boolean;
}

/** A key of any length, with what is unseen in it shown, and a button that copies it as it is. */
export function KeyText({ value, copied = true, clamped = false }: Props) {
  const { t } = useTranslation('common');
  return (
    <span className={clamped ? 'key-text key-text-clamped' : 'key-text'}>
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
