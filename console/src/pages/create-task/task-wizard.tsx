import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Wizard from '@cloudscape-design/components/wizard';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { route } from '../../links';
import { LeaveModal } from './leave-modal';
import type { Draft } from './model/draft';
import { STEPS } from './model/steps';
import type { StepName } from './model/steps';
import { DestinationStep } from './steps/destination-step';
import { EngineStep } from './steps/engine-step';
import { OptionsStep } from './steps/options-step';
import { ReviewStep } from './steps/review-step';
import { SourceStep } from './steps/source-step';
import { SubmitFailure, WrongFields } from './submit-failure';
import { useSubmit } from './use-submit';
import { useTaskWizard } from './use-task-wizard';
import { WizardContext } from './wizard-context';
import type { Facts, Mode, WizardState } from './wizard-context';

interface Props {
  mode: Mode;
  facts: Facts;
  initial: Draft;
  storageKey: string;
  /** Throw away what was typed, and begin with what is there now. */
  onRestart: () => void;
}

/** The steps in the tutorial's order. Render it anew (with another key) to start afresh. */
export function TaskWizard({ mode, facts, initial, storageKey, onRestart }: Props) {
  const { t } = useTranslation('createTask');
  const navigate = useNavigate();
  const isEdit = mode.kind === 'edit';
  const wizard = useTaskWizard({
    storageKey,
    initial,
    // A task that is there is looked at as a whole first; every step can be gone to from there.
    initialStep: isEdit ? STEPS.indexOf('review') : 0,
    revision: isEdit ? mode.task.revision : null,
    facts,
  });
  const { submit, isBusy, error, isDone } = useSubmit(mode, wizard);
  const [isNoteShown, setNoteShown] = useState(wizard.wasRestored);
  const place = useFocusOnProblem(wizard.attempt, wizard.wrongFields(STEPS[wizard.step] ?? 'review'));
  const { draft, change, touch, problem, wrongFields } = wizard;
  const state = useMemo<WizardState>(
    () => ({ mode, facts, draft, change, touch, problem, wrongFields }),
    [mode, facts, draft, change, touch, problem, wrongFields],
  );

  const restart = () => {
    wizard.forget();
    onRestart();
  };
  const contents: Record<StepName, ReactNode> = {
    engine: <EngineStep />,
    source: <SourceStep />,
    destination: <DestinationStep />,
    options: <OptionsStep />,
    review: (
      <ReviewStep
        settings={wizard.settings}
        onEdit={(step) => wizard.go(STEPS.indexOf(step))}
        onRefused={wizard.refuse}
      />
    ),
  };

  function errorOf(step: StepName): ReactNode {
    const refusals = wizard.refusals(step);
    const wrong = wizard.isTried(step) ? wrongFields(step).filter((field) => problem(field) !== undefined).length : 0;
    if (wrong + refusals.length > 0)
      return <WrongFields count={Math.max(wrong, refusals.length)} refusals={refusals} />;
    return step === 'review' && error !== null ? <SubmitFailure failure={error} onReload={restart} /> : undefined;
  }

  return (
    <WizardContext value={state}>
      <SpaceBetween size="l">
        {isNoteShown && (
          <Alert
            type="info"
            dismissible
            onDismiss={() => setNoteShown(false)}
            action={<Button onClick={restart}>{t('restored.restart')}</Button>}
          >
            {t('restored.text')}
          </Alert>
        )}
        <div ref={place} className="task-wizard">
          <Wizard
            activeStepIndex={wizard.step}
            steps={STEPS.map((step) => ({
              title: t(`step.${step}`),
              description: t(`stepHint.${step}`),
              content: contents[step],
              errorText: errorOf(step),
            }))}
            submitButtonText={t(isEdit ? 'save' : 'create')}
            isLoadingNextStep={isBusy}
            onNavigate={({ detail }) => wizard.go(detail.requestedStepIndex)}
            onSubmit={() => void submit()}
            onCancel={() => void navigate(isEdit ? route.task(mode.task.task_id) : route.tasks())}
          />
        </div>
      </SpaceBetween>
      <LeaveModal isDirty={wizard.isDirty} isDone={isDone} onDiscard={wizard.forget} />
    </WizardContext>
  );
}

/** Put the keyboard's focus on the first field that is wrong, each time the user is sent to one. */
function useFocusOnProblem(attempt: number, fields: string[]) {
  const place = useRef<HTMLDivElement>(null);
  const wrong = fields.join(' ');
  useEffect(() => {
    if (attempt === 0) return;
    const names = wrong.split(' ');
    const shown = [...(place.current?.querySelectorAll<HTMLElement>('[data-field]') ?? [])];
    const first = shown.find((one) => names.includes(one.dataset.field ?? ''));
    first?.querySelector<HTMLElement>('input, textarea, button, [tabindex="0"]')?.focus();
    // Only when sent there, not whenever a field becomes right or wrong.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [attempt]);
  return place;
}
