import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { clientToken } from '../../api';
import type { FieldError } from '../../api';
import type { Draft } from './model/draft';
import { problemsOf } from './model/rules';
import type { Limits } from './model/rules';
import { sortErrors, stillRefused } from './model/server-problems';
import type { ServerProblem } from './model/server-problems';
import { settingsOf } from './model/settings';
import { firstStepOf, stepIndex, stepOf, STEPS } from './model/steps';
import type { StepName } from './model/steps';
import { forgetDraft, readDraft, storeDraft } from './model/stored-draft';
import type { Wish } from './model/stored-draft';
import type { Facts } from './wizard-context';

interface Start {
  /** Names what is kept in the tab. */
  storageKey: string;
  initial: Draft;
  initialStep: number;
  revision: string | null;
  facts: Facts;
}

/** The state of the wizard: what was typed, where the user is, and what is wrong. */
export function useTaskWizard({ storageKey, initial, initialStep, revision, facts }: Start) {
  const { t } = useTranslation('createTask');
  const [stored] = useState(() => readDraft(storageKey, initial));
  const [draft, setDraft] = useState(stored?.draft ?? initial);
  const [step, setStep] = useState(stored?.step ?? initialStep);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState<ReadonlySet<StepName>>(new Set());
  const [refused, setRefused] = useState<ServerProblem[]>([]);

  const { ossRegions, deployment } = facts;
  const settings = useMemo(() => settingsOf(draft, ossRegions), [draft, ossRegions]);
  const limits = useMemo<Limits>(
    () => ({ ossRegions, deletesAllowed: deployment.deletes_allowed, aclsAllowed: deployment.acls_allowed }),
    [ossRegions, deployment],
  );
  const rules = useMemo(() => problemsOf(draft, limits), [draft, limits]);
  const server = useMemo(() => stillRefused(refused, settings), [refused, settings]);
  const [wish, setWish] = useState<Wish | null>(stored?.wish ?? null);
  const [attempt, setAttempt] = useState(0);
  const isDirty = draft !== initial && JSON.stringify(draft) !== JSON.stringify(initial);

  useEffect(() => {
    if (isDirty) storeDraft(storageKey, { draft, step, wish, revision: stored?.revision ?? revision });
    else forgetDraft(storageKey);
  }, [draft, step, wish, isDirty, storageKey, revision, stored]);

  const wrongFields = useCallback(
    (name: StepName) => {
      const all = [...rules.keys(), ...server.map((one) => one.field)];
      return [...new Set(all)].filter((field) => stepOf(field) === name);
    },
    [rules, server],
  );

  const problem = useCallback(
    (field: string) => {
      const said = server.find((one) => one.field === field);
      if (said !== undefined) return said.message;
      const broken = rules.get(field);
      const isShown = touched.has(field) || tried.has(stepOf(field));
      return broken !== undefined && isShown ? t(`problem.${broken.rule}`, broken.values) : undefined;
    },
    [rules, server, touched, tried, t],
  );

  /** Go to a step unless one before it has a problem; then go there. Returns whether it went. */
  function go(to: number): boolean {
    const between = to > step ? STEPS.slice(step, to) : [];
    setTried((now) => new Set([...now, ...between]));
    const wrong = between.find((name) => wrongFields(name).length > 0);
    setStep(wrong === undefined ? to : stepIndex(wrong));
    if (wrong !== undefined) setAttempt((now) => now + 1);
    return wrong === undefined;
  }

  /** Show what the API said, at the first step that it is about; returns what no field shows. */
  function refuse(errors: FieldError[]): FieldError[] {
    const { shown, rest } = sortErrors(errors, settings);
    setRefused(shown);
    if (shown.length > 0) {
      setStep(stepIndex(firstStepOf(shown.map((one) => one.field))));
      setAttempt((now) => now + 1);
    }
    return rest;
  }

  /** The token of the wish for these settings: a new one only once they differ from the last wish's. */
  function tokenOfWish(): string {
    const wanted = JSON.stringify(settings);
    if (wish?.settings === wanted) return wish.token;
    const next = { token: clientToken(), settings: wanted };
    setWish(next);
    return next.token;
  }

  /** All steps have to be without problems; otherwise the first that has some is shown. */
  function isComplete(): boolean {
    setTried(new Set(STEPS));
    const wrong = STEPS.find((name) => wrongFields(name).length > 0);
    if (wrong === undefined) return true;
    setStep(stepIndex(wrong));
    setAttempt((now) => now + 1);
    return false;
  }

  return {
    draft,
    settings,
    step,
    isDirty,
    wasRestored: stored !== null,
    /** Of the task as the user saw it when editing began. */
    revision: stored?.revision ?? revision,
    change: useCallback((patch: Partial<Draft>) => setDraft((now) => ({ ...now, ...patch })), []),
    touch: useCallback((field: string) => setTouched((now) => (now.has(field) ? now : new Set([...now, field]))), []),
    problem,
    wrongFields,
    /** What the API said about fields of a step, by name: some may have no input that is shown now. */
    refusals: (name: StepName) => server.filter((one) => stepOf(one.field) === name),
    go,
    refuse,
    isComplete,
    tokenOfWish,
    /** Counts how often the user was sent to a field. */
    attempt,
    isTried: (name: StepName) => tried.has(name),
    forget: () => forgetDraft(storageKey),
  };
}

export type TaskWizardState = ReturnType<typeof useTaskWizard>;
