import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useTranslation } from 'react-i18next';

import type { Check } from '../../api';

const TYPES: Record<Check['state'], StatusIndicatorProps.Type> = {
  passed: 'success',
  failed: 'error',
  skipped: 'stopped',
};

interface Props {
  /** The names of those that will be answered, shown as under way until then. */
  expected: string[];
  checks: Check[] | undefined;
}

/** Each check with its own result. */
export function CheckList({ expected, checks }: Props) {
  const { t } = useTranslation('createTask');
  const failed = checks?.filter((one) => one.state === 'failed').length ?? 0;
  return (
    <div aria-live="polite">
      <ul className="check-list" aria-label={t('checks.title')} aria-busy={checks === undefined}>
        {checks === undefined
          ? expected.map((name) => (
              <li key={name}>
                <StatusIndicator type="in-progress">
                  <CheckLabel name={name} />
                </StatusIndicator>
              </li>
            ))
          : checks.map((one) => <CheckResult key={one.check} result={one} />)}
      </ul>
      {checks !== undefined && (
        <p className="visually-hidden">
          {failed === 0 ? t('checks.allGood') : t('checks.someFailed', { count: failed })}
        </p>
      )}
    </div>
  );
}

function CheckResult({ result }: { result: Check }) {
  const { t } = useTranslation('createTask');
  return (
    <li>
      <StatusIndicator type={TYPES[result.state]} iconAriaLabel={t(`checkState.${result.state}`)}>
        <CheckLabel name={result.check} />
      </StatusIndicator>
      {result.detail !== '' && (
        <div className="check-detail">
          <Box fontSize="body-s" color={result.state === 'failed' ? 'text-status-error' : 'text-body-secondary'}>
            {result.state === 'skipped' ? t('checks.skipped') : result.detail}
          </Box>
        </div>
      )}
    </li>
  );
}

/** The name in words; one that this console does not know yet as it is. */
function CheckLabel({ name }: { name: string }) {
  const { t, i18n } = useTranslation('createTask');
  const key = `check.${name}` as 'check.secret';
  return <>{i18n.exists(key, { ns: 'createTask' }) ? t(key) : name}</>;
}
