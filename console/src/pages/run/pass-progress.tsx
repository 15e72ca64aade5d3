import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useTranslation } from 'react-i18next';

import { isMoving } from '../../api';
import type { Run } from '../../api';
import { useFormat } from '../../use-format';
import { doneObjects, plannedObjects, shownPercent } from './run-facts';

/** How much of what a run planned is done, and when it will be over. Objects that were current from the start are no part of it. */
export function PassProgress({ run, compact = false }: { run: Run; compact?: boolean }) {
  const { t } = useTranslation('run');
  const format = useFormat();
  const { found, counts, progress } = run;
  const words = found.is_final
    ? [
        t('progress.done', { done: format.number(doneObjects(run)), planned: format.number(plannedObjects(run)) }),
        t('progress.bytes', { done: format.bytes(counts.bytes), planned: format.bytes(found.planned_bytes) }),
      ]
    : [t('progress.counting', { found: format.number(found.objects) })];
  if (isMoving(run) && progress.eta_seconds !== null) {
    words.push(t('progress.eta', { time: format.duration(progress.eta_seconds) }));
  }
  return (
    <ProgressBar
      value={shownPercent(progress.share)}
      variant="standalone"
      ariaLabel={t('progress.label')}
      additionalInfo={compact ? undefined : words.join(' · ')}
    />
  );
}
