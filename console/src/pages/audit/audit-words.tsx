import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useTranslation } from 'react-i18next';

import { actionName, outcomeName } from '../task/audit-words';

const TYPES: Record<ReturnType<typeof outcomeName>, StatusIndicatorProps.Type> = {
  done: 'success',
  refused: 'error',
  started: 'in-progress',
  broken_off: 'warning',
};

/** An action in words; as the API names it, if it is newer than this console. */
export function useActionName(): (action: string) => string {
  const { t } = useTranslation('task');
  return (action) => {
    const known = actionName(action);
    return known === null ? action : t(`audit.actions.${known}`);
  };
}

export function Outcome({ outcome }: { outcome: string }) {
  const { t } = useTranslation('task');
  const name = outcomeName(outcome);
  return <StatusIndicator type={TYPES[name]}>{t(`audit.outcomes.${name}`)}</StatusIndicator>;
}
