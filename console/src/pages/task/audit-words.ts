const ACTIONS = [
  'task.create',
  'task.edit',
  'task.clone',
  'task.delete',
  'schedule.set',
  'schedule.remove',
  'realtime.enable',
  'realtime.disable',
  'realtime.rotate',
  'run.start',
  'run.dry_run',
  'run.pause',
  'run.resume',
  'run.stop',
  'run.retry',
  'alerts.set',
  'alerts.remove',
  'limits.set',
  'limits.remove',
  'stray.redrive',
] as const;

type Dashed<Text extends string> = Text extends `${infer Area}.${infer Verb}` ? `${Area}-${Verb}` : Text;

/** The name under which translations know an action of the audit log; null for one that they do not. */
export function actionName(action: string): Dashed<(typeof ACTIONS)[number]> | null {
  const known = ACTIONS.find((one) => one === action);
  return known === undefined ? null : (known.replace('.', '-') as Dashed<(typeof ACTIONS)[number]>);
}

/** What became of a change; what nobody knows of counts as one that did not come to its end. */
export function outcomeName(outcome: string): 'done' | 'refused' | 'started' | 'broken_off' {
  return (['done', 'refused', 'started'] as const).find((one) => one === outcome) ?? 'broken_off';
}
