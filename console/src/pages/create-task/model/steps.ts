/** Which field is asked for at which step. Fields have the API's names, such as `source.bucket`. */

export const STEPS = ['engine', 'source', 'destination', 'options', 'review'] as const;
export type StepName = (typeof STEPS)[number];

/** The step of a field, or of one within it such as `filters.include.0`; the review for what is about several. */
export function stepOf(field: string): StepName {
  const [first = ''] = field.split('.');
  if (field === 'destination.metadata_policy' || first === 'source') return 'source';
  if (first === 'destination' || first === 'keep_prefix') return 'destination';
  return first === '' || first === 'client_token' ? 'review' : 'options';
}

export function stepIndex(name: StepName): number {
  return STEPS.indexOf(name);
}

/** The first of several fields' steps. */
export function firstStepOf(fields: Iterable<string>): StepName {
  const indexes = [...fields].map((field) => stepIndex(stepOf(field)));
  return STEPS[Math.min(...indexes, STEPS.length - 1)] ?? 'review';
}
