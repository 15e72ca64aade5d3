/** The addresses of the pages. `route` is for `navigate`, `link` for `href`: the page is in the hash, the portal's path before it. */
export const route = {
  home: () => '/',
  /** `show`: only those in a state, or `real-time`. */
  tasks: (show?: string) => `/tasks${show === undefined ? '' : `?show=${show}`}`,
  createTask: () => '/create-task',
  task: (taskId: string, tab?: string) =>
    `/tasks/${encodeURIComponent(taskId)}${tab === undefined ? '' : `?tab=${tab}`}`,
  editTask: (taskId: string) => `/tasks/${encodeURIComponent(taskId)}/edit`,
  run: (runId: string) => `/runs/${encodeURIComponent(runId)}`,
  audit: () => '/audit',
  settings: () => '/settings',
};

type Routes = typeof route;

export const link = Object.fromEntries(
  Object.entries(route).map(([name, to]) => [
    name,
    (...args: unknown[]) => `#${(to as (...args: unknown[]) => string)(...args)}`,
  ]),
) as Routes;
