import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useTranslation } from 'react-i18next';

import type { RunState } from '../api';

const TYPES: Record<RunState, StatusIndicatorProps.Type> = {
  starting: 'pending',
  running: 'in-progress',
  paused: 'stopped',
  stopped: 'stopped',
  succeeded: 'success',
  completed_with_failures: 'warning',
  failed: 'error',
};

/** The state of a run in a word with its icon; `null` for a task that never ran. */
export function StateBadge({ state }: { state: RunState | null }) {
  const { t } = useTranslation();
  if (state === null) return <StatusIndicator type="pending">{t('state.none')}</StatusIndicator>;
  return <StatusIndicator type={TYPES[state]}>{t(`state.${state}`)}</StatusIndicator>;
}
