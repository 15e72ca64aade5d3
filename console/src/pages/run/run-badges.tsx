import Badge from '@cloudscape-design/components/badge';
import { useTranslation } from 'react-i18next';

import type { Run } from '../../api';
import { kindOf } from './run-facts';

const COLORS = { dry_run: 'grey', real_time: 'blue', retry: 'grey' } as const;

/** Says what is special about a run; nothing for one over the whole task. */
export function RunBadge({ run }: { run: Run }) {
  const { t } = useTranslation('run');
  const kind = kindOf(run);
  if (kind === 'full') return null;
  return <Badge color={COLORS[kind]}>{t(`kind.${kind}`)}</Badge>;
}
