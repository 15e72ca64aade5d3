import { createContext, use } from 'react';

import type { AwsRegion, Deployment, OssRegion, Task } from '../../api';
import type { Draft } from './model/draft';
import type { StepName } from './model/steps';

/** What the wizard is over: a new task, one like another, or one that is there. */
export type Mode = { kind: 'create' } | { kind: 'clone'; from: string } | { kind: 'edit'; task: Task };

/** What the steps need to know before they can be shown. */
export interface Facts {
  deployment: Deployment;
  ossRegions: OssRegion[];
  awsRegions: AwsRegion[];
}

export interface WizardState {
  mode: Mode;
  facts: Facts;
  draft: Draft;
  change: (patch: Partial<Draft>) => void;
  /** The sentence about a field that the user has been at; undefined while there is none to be shown. */
  problem: (field: string) => string | undefined;
  /** The user has left the field. */
  touch: (field: string) => void;
  /** The fields of a step that something is wrong with, whether it is shown or not. */
  wrongFields: (step: StepName) => string[];
}

export const WizardContext = createContext<WizardState | null>(null);

export function useWizard(): WizardState {
  const state = use(WizardContext);
  if (state === null) throw new Error('useWizard needs a task wizard around it');
  return state;
}
