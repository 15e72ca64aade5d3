import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { ApiError, UnreachableError } from '../../api';
import { useErrorText } from '../../components';

/** Why the task was not created or changed, and what to do. */
export function SubmitFailure({ failure, onReload }: { failure: unknown; onReload: () => void }) {
  const { t } = useTranslation('createTask');
  const errorText = useErrorText();
  if (failure instanceof ApiError && failure.status === 412) {
    return (
      <SpaceBetween size="xs">
        <div>{t('failure.changed')}</div>
        <Button onClick={onReload}>{t('failure.reload')}</Button>
      </SpaceBetween>
    );
  }
  const isWorthAnother =
    failure instanceof UnreachableError ||
    (failure instanceof ApiError && (failure.status >= 500 || failure.status === 429));
  return (
    <>
      {errorText(failure)}
      {isWorthAnother && <> {t('failure.again')}</>}
    </>
  );
}

interface WrongFieldsProps {
  count: number;
  refusals: { field: string; message: string }[];
}

/** That fields of a step are wrong; what the API said is repeated, for its field may not be shown now. */
export function WrongFields({ count, refusals }: WrongFieldsProps) {
  const { t } = useTranslation('createTask');
  return (
    <>
      {t('wrongFields', { count })}
      {refusals.map(({ field, message }) => (
        <div key={field}>
          <code>{field}</code>: {message}
        </div>
      ))}
    </>
  );
}
