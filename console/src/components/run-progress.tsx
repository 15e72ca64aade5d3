import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useTranslation } from 'react-i18next';

import type { Run } from '../api';
import { isMoving } from '../api';
import { useFormat } from '../use-format';

interface Props {
  run: Run;
  /** For a table's cell: the bar without words below it. */
  compact?: boolean;
}

/** How much of what a run planned is done, and when it will be over. */
export function RunProgress({ run, compact = false }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { found, counts, progress } = run;
  const done = counts.copied + counts.current + counts.gone + counts.deleted + counts.failed;
  const words = found.is_final
    ? t('progress.objects', { done: format.number(done), planned: format.number(found.planned_objects) })
    : t('progress.counting', { found: format.number(found.objects) });
  const eta =
    isMoving(run) && progress.eta_seconds !== null
      ? t('progress.eta', { time: format.duration(progress.eta_seconds) })
      : null;
  return (
    <ProgressBar
      value={shownPercent(progress.share)}
      variant="standalone"
      ariaLabel={t('progress.label')}
      additionalInfo={compact ? undefined : [words, eta].filter((each) => each !== null).join(' · ')}
    />
  );
}

/** Never 100 before everything is done. */
function shownPercent(share: number | null): number {
  if (share === null) return 0;
  return share >= 1 ? 100 : Math.min(99, Math.floor(share * 100));
}
