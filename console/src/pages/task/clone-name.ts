const LONGEST = 40;

/** Whether the API takes it as the name of a task. */
export function isTaskName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,39}$/.test(name);
}

/** A name for a copy: `photos-copy`, then `photos-copy-2`. */
export function cloneName(taskId: string): string {
  const [, base = taskId, count] = /^(.*)-copy(?:-(\d+))?$/.exec(taskId) ?? [];
  const end = base === taskId ? '-copy' : `-copy-${Number(count ?? 1) + 1}`;
  return base.slice(0, LONGEST - end.length) + end;
}
