import { createHashRouter } from 'react-router';

import { NotFoundPage } from './pages/not-found-page';
import { RouteCrash } from './shell/crash';
import { Shell } from './shell/shell';

/** The page is in the hash, because the portal may live under any path prefix. Addresses are made in `links.ts`. */
export const router = createHashRouter([
  {
    Component: Shell,
    ErrorBoundary: RouteCrash,
    HydrateFallback: () => null,
    children: [
      { index: true, lazy: async () => ({ Component: (await import('./pages/home/home-page')).HomePage }) },
      { path: 'tasks', lazy: async () => ({ Component: (await import('./pages/tasks/tasks-page')).TasksPage }) },
      {
        path: 'create-task',
        lazy: async () => ({ Component: (await import('./pages/create-task/create-task-page')).CreateTaskPage }),
      },
      { path: 'tasks/:taskId', lazy: async () => ({ Component: (await import('./pages/task/task-page')).TaskPage }) },
      {
        path: 'tasks/:taskId/edit',
        lazy: async () => ({ Component: (await import('./pages/create-task/create-task-page')).EditTaskPage }),
      },
      { path: 'runs/:runId', lazy: async () => ({ Component: (await import('./pages/run/run-page')).RunPage }) },
      { path: 'audit', lazy: async () => ({ Component: (await import('./pages/audit/audit-page')).AuditPage }) },
      {
        path: 'settings',
        lazy: async () => ({ Component: (await import('./pages/settings/settings-page')).SettingsPage }),
      },
      { path: '*', Component: NotFoundPage },
    ],
  },
]);
