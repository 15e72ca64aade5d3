/** The tasks API in memory, for `npm run dev`. It answers in the shapes of the real one and forgets everything at its end. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Connect, Plugin } from 'vite';

import type { RealTimeSettings, Role, Run, Task, TaskSettings } from '../src/api';
import * as fixtures from './fixtures';

interface Asked {
  params: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  email: string;
  headers: IncomingMessage['headers'];
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    detail: string,
    readonly errors: { field: string; message: string }[] = [],
  ) {
    super(detail);
  }
}

type Answer = (asked: Asked) => unknown;

const { tasks, runs, audit } = fixtures;

function taskOf(taskId: string): Task {
  const found = tasks.find((task) => task.task_id === taskId);
  if (found === undefined)
    throw new Refusal(404, 'NoSuchTask', `There is no task ${taskId}; the list shows those there are.`);
  return found;
}

function runOf(runId: string): Run {
  const found = runs.find((run) => run.run_id === runId);
  if (found === undefined) throw new Refusal(404, 'NoSuchRun', `There is no run ${runId}.`);
  return found;
}

function page<T>(name: string, all: T[], query: URLSearchParams) {
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit') ?? 50);
  return { [name]: all.slice(from, to), next_cursor: to < all.length ? String(to) : null };
}

function summary(task: Task) {
  const own = runs.filter((run) => run.task_id === task.task_id);
  return {
    task,
    last_run: own.find((run) => !run.real_time) ?? null,
    real_time_run: own.find((run) => run.real_time) ?? null,
  };
}

function realTimeOf(task: Task) {
  if (task.real_time === null)
    throw new Refusal(404, 'NoRealTime', `The task ${task.task_id} does not follow notifications.`);
  const url = `https://abc123.execute-api.us-west-2.amazonaws.com/events/${task.task_id}`;
  const secret = 'kT5w0c1Zq9Vb7Xn2Lr8Pd4Hs6Jf3Gm1Y';
  return {
    task_id: task.task_id,
    ...task.real_time,
    url: `${url}/${secret}`,
    url_without_secret: url,
    secret,
    older_secrets: [{ valid_until: fixtures.ago(-20 * fixtures.HOUR) }],
    queue_url: 'https://sqs.us-west-2.amazonaws.com/123456789012/ferry-EventJobQueue-1A2B3C',
    queue_arn: 'arn:aws:sqs:us-west-2:123456789012:ferry-EventJobQueue-1A2B3C',
    events: ['ObjectCreated:*', 'ObjectRemoved:DeleteObject', 'ObjectRemoved:DeleteObjects', 'ObjectTagging:Put'],
    sender: {
      environment: {
        endpoint: { FERRY_ENDPOINT: url, FERRY_SECRET: secret },
        queue: { FERRY_QUEUE_URL: 'https://sqs.us-west-2.amazonaws.com/123456789012/ferry-EventJobQueue-1A2B3C' },
      },
      trigger: { events: ['oss:ObjectCreated:*'], filter: { key: { prefix: '', suffix: '' } } },
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sqs:SendMessage'],
            Resource: 'arn:aws:sqs:us-west-2:123456789012:ferry-EventJobQueue-1A2B3C',
          },
        ],
      },
    },
  };
}

function startRun(taskId: string, changes: Partial<Run>): Run {
  const run = fixtures.run(`${taskId}-${Date.now()}`, taskId, 'running', {
    started_at: fixtures.ago(0),
    seconds: 0,
    ...changes,
  });
  run.counts = { ...run.counts, copied: 0, bytes: 0, gone: 0, metadata_dropped: 0 };
  run.progress = { ...run.progress, share: 0 };
  runs.unshift(run);
  return run;
}

/** Runs go on while somebody looks. */
function advance(): void {
  for (const run of runs) {
    if (run.state !== 'running' || run.real_time) continue;
    const left = run.found.planned_objects - run.counts.copied;
    const step = Math.min(left, 600);
    run.seconds += 1;
    run.counts = { ...run.counts, copied: run.counts.copied + step, bytes: run.counts.bytes + step * 6_400_000 };
    run.progress = {
      ...run.progress,
      share: run.counts.copied / run.found.planned_objects,
      eta_seconds: Math.round(left / 600),
    };
    if (left === step)
      Object.assign(run, { state: 'succeeded', ended_at: fixtures.ago(0), actions: [], has_report: true });
  }
}

function series(run: Run) {
  const points = Array.from({ length: 40 }, (_, index) => ({
    time: new Date(new Date(run.started_at).getTime() + index * 60_000).toISOString(),
    objects: Math.round(40_000 + 9_000 * Math.sin(index / 4)),
    bytes: Math.round(18_000_000_000 + 4_000_000_000 * Math.sin(index / 5)),
    failed: index % 13 === 7 ? 2 : 0,
    lag_p50: run.real_time ? 0.8 + 0.3 * Math.sin(index / 3) : null,
    lag_p95: run.real_time ? 2.1 + 0.9 * Math.sin(index / 3) : null,
  }));
  return { step_seconds: 60, points, next_cursor: null };
}

const FAILURES = Array.from({ length: 130 }, (_, index) => ({
  key: `2026/11/${String(index % 30).padStart(2, '0')}/照片 ${index} “quoted” & more/IMG_${index}.jpg`,
  reason: (['Archived', 'MetadataTooLarge', 'AccessDenied'] as const)[index % 3] ?? '',
  message: 'The object is archived in OSS; restore it, or let the task restore archived objects.',
  attempts: (index % 4) + 1,
  action: 'copy',
}));

function checks(settings: Partial<TaskSettings>) {
  const isBad = settings.source?.bucket?.includes('wrong') === true;
  const names = [
    'secret',
    'source_endpoint',
    'source_list',
    'source_read',
    'destination_list',
    'destination_write',
    'destination_encryption',
    'destination_delete',
  ];
  return names.map((check) => {
    if (check === 'source_list' && isBad) {
      return {
        check,
        state: 'failed',
        detail: `OSS knows no bucket ${settings.source?.bucket} in this region (NoSuchBucket). Check its name and region.`,
      };
    }
    if (check === 'source_read' && isBad) return { check, state: 'skipped', detail: 'The bucket could not be listed.' };
    return { check, state: 'passed', detail: `${check.replace('_', ' ')} works.` };
  });
}

const COST = {
  s3_requests: 0.24,
  oss_requests: 0.06,
  compute: 0.91,
  queue_and_state: 0.004,
  oss_egress: 37.2,
  total: 38.41,
};

function putTask(asked: Asked): Task {
  const taskId = asked.params[0] ?? '';
  const old = taskOf(taskId);
  if (asked.headers['if-match'] !== old.revision) {
    throw new Refusal(
      412,
      'Changed',
      `The task ${taskId} was changed by somebody else meanwhile. Load it again, then make your changes.`,
    );
  }
  Object.assign(old, asked.body, { revision: String(Number(old.revision) + 1) });
  return old;
}

function postTask(asked: Asked): Task {
  const settings = asked.body as unknown as TaskSettings;
  if (tasks.some((task) => task.task_id === settings.task_id)) {
    throw new Refusal(409, 'TaskExists', `There is a task ${settings.task_id} already; choose another name.`, [
      { field: 'task_id', message: 'must be the name of no other task' },
    ]);
  }
  const made = fixtures.task(settings.task_id, { ...settings, created_at: fixtures.ago(0) });
  tasks.unshift(made);
  return made;
}

function act(state: Run['state'], actions: Run['actions']): Answer {
  return ({ params }) => Object.assign(runOf(params[0] ?? ''), { state, actions });
}

const ROUTES: [string, string, Role, Answer][] = [
  ['GET', '/deployment', 'viewer', ({ email }) => ({ ...fixtures.deployment, me: { email, role: roleOf(email) } })],
  [
    'GET',
    '/overview',
    'viewer',
    () => ({
      tasks: tasks.length,
      running: 2,
      failed: 2,
      real_time: 2,
      oldest_pending_seconds: 31,
      dead_letters: 0,
      stray_messages: fixtures.strays.length,
      is_complete: true,
    }),
  ],
  ['GET', '/oss-regions', 'viewer', () => ({ regions: fixtures.ossRegions })],
  ['GET', '/aws-regions', 'viewer', () => ({ regions: fixtures.awsRegions })],
  ['GET', '/secrets', 'viewer', () => ({ secrets: fixtures.secrets })],
  ['POST', '/checks', 'operator', ({ body }) => ({ checks: checks(body) })],
  [
    'POST',
    '/estimates',
    'operator',
    () => ({ objects: 1_204_551, bytes: 312_004_113_221, is_complete: false, seconds: 20, usd: COST }),
  ],
  [
    'POST',
    '/schedule-times',
    'viewer',
    ({ body }) => {
      const expression = String(body.expression);
      if (!/^(rate|cron|at)\(.+\)$/.test(expression)) {
        throw new Refusal(
          422,
          'Schedule',
          `${expression} is no schedule; write rate(1 day), cron(0 3 * * ? *) or at(2027-01-31T03:00:00).`,
          [{ field: 'expression', message: 'must be rate(…), cron(…) or at(…)' }],
        );
      }
      return {
        times: Array.from({ length: Number(body.count ?? 5) }, (_, index) =>
          fixtures.ago(-(index + 1) * 24 * fixtures.HOUR),
        ),
      };
    },
  ],
  ['GET', '/tasks', 'viewer', ({ query }) => page('tasks', tasks.map(summary), query)],
  ['POST', '/tasks', 'admin', postTask],
  ['GET', '/tasks/:id', 'viewer', ({ params }) => taskOf(params[0] ?? '')],
  ['PUT', '/tasks/:id', 'admin', putTask],
  [
    'DELETE',
    '/tasks/:id',
    'admin',
    ({ params }) => {
      const task = taskOf(params[0] ?? '');
      if (runs.some((run) => run.task_id === task.task_id && !run.real_time && run.ended_at === null)) {
        throw new Refusal(409, 'RunNotOver', `A run of ${task.task_id} is not over. Stop it, then delete the task.`);
      }
      tasks.splice(tasks.indexOf(task), 1);
    },
  ],
  [
    'POST',
    '/tasks/:id/clone',
    'admin',
    ({ params, body, ...asked }) =>
      postTask({
        ...asked,
        params,
        body: { ...taskOf(params[0] ?? ''), task_id: body.task_id, real_time: null, schedule: null, next_times: [] },
      }),
  ],
  ['GET', '/tasks/:id/real-time', 'admin', ({ params }) => realTimeOf(taskOf(params[0] ?? ''))],
  [
    'PUT',
    '/tasks/:id/real-time',
    'admin',
    ({ params, body }) => {
      const task = taskOf(params[0] ?? '');
      task.real_time = body as unknown as RealTimeSettings;
      return realTimeOf(task);
    },
  ],
  ['DELETE', '/tasks/:id/real-time', 'admin', ({ params }) => void (taskOf(params[0] ?? '').real_time = null)],
  ['POST', '/tasks/:id/real-time/rotation', 'admin', ({ params }) => realTimeOf(taskOf(params[0] ?? ''))],
  ['GET', '/tasks/:id/real-time/sender.zip', 'admin', () => Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64')],
  [
    'PUT',
    '/tasks/:id/schedule',
    'admin',
    ({ params, body }) => {
      const task = taskOf(params[0] ?? '');
      task.schedule = body as unknown as Task['schedule'];
      task.next_times = [1, 2, 3, 4, 5].map((day) => fixtures.ago(-day * 24 * fixtures.HOUR));
      return task;
    },
  ],
  [
    'DELETE',
    '/tasks/:id/schedule',
    'admin',
    ({ params }) => void Object.assign(taskOf(params[0] ?? ''), { schedule: null, next_times: [] }),
  ],
  [
    'GET',
    '/tasks/:id/runs',
    'viewer',
    ({ params, query }) =>
      page(
        'runs',
        runs.filter((run) => run.task_id === params[0]),
        query,
      ),
  ],
  [
    'POST',
    '/tasks/:id/runs',
    'operator',
    ({ params, body }) => {
      const task = taskOf(params[0] ?? '');
      const active = runs.find((run) => run.task_id === task.task_id && !run.real_time && run.ended_at === null);
      if (active !== undefined)
        throw new Refusal(
          409,
          'RunActive',
          `The run ${active.run_id} of this task is not over. Wait for it, or stop it.`,
        );
      return startRun(
        task.task_id,
        body.dry_run === true
          ? {
              dry_run: true,
              estimate: { objects: 48_212, bytes: 312_004_113_221, is_complete: true, seconds: 0, usd: COST },
            }
          : {},
      );
    },
  ],
  ['GET', '/runs/:id', 'viewer', ({ params }) => runOf(params[0] ?? '')],
  ['POST', '/runs/:id/pause', 'operator', act('paused', ['resume', 'stop'])],
  ['POST', '/runs/:id/resume', 'operator', act('running', ['pause', 'stop'])],
  [
    'POST',
    '/runs/:id/stop',
    'operator',
    ({ params }) => Object.assign(runOf(params[0] ?? ''), { state: 'stopped', actions: [], ended_at: fixtures.ago(0) }),
  ],
  [
    'POST',
    '/runs/:id/retry',
    'operator',
    ({ params }) => startRun(runOf(params[0] ?? '').task_id, { retry_of: params[0] ?? null }),
  ],
  ['GET', '/runs/:id/series', 'viewer', ({ params }) => series(runOf(params[0] ?? ''))],
  [
    'GET',
    '/runs/:id/failures',
    'viewer',
    ({ params, query }) => {
      const reason = query.get('reason');
      const failed = runOf(params[0] ?? '').counts.failed > 0 ? FAILURES : [];
      return page(
        'failures',
        failed.filter((failure) => reason === null || failure.reason === reason),
        query,
      );
    },
  ],
  [
    'GET',
    '/runs/:id/failure-reasons',
    'viewer',
    ({ params }) => ({
      reasons:
        runOf(params[0] ?? '').counts.failed === 0
          ? []
          : ['Archived', 'MetadataTooLarge', 'AccessDenied'].map((reason) => ({
              reason,
              count: 43,
              example_message: FAILURES[0]?.message,
            })),
      is_complete: true,
    }),
  ],
  ['GET', '/runs/:id/report', 'viewer', () => ({ url: 'data:text/csv,key', expires_at: fixtures.ago(-fixtures.HOUR) })],
  [
    'GET',
    '/audit',
    'viewer',
    ({ query }) =>
      page(
        'entries',
        audit.filter((entry) => query.get('task_id') === null || entry.task_id === query.get('task_id')),
        query,
      ),
  ],
  ['GET', '/strays', 'viewer', ({ query }) => page('strays', fixtures.strays, query)],
  [
    'POST',
    '/strays/:id/redrive',
    'operator',
    ({ params }) =>
      void fixtures.strays.splice(
        fixtures.strays.findIndex((stray) => stray.stray_id === params[0]),
        1,
      ),
  ],
];

const CONFIG = {
  region: 'us-west-2',
  user_pool_id: 'us-west-2_mock',
  client_id: 'mock',
  cognito_endpoint: null,
  stack: 'ferry',
  version: '0.6.0',
};

const POWER: Role[] = ['viewer', 'operator', 'admin'];

function roleOf(email: string): Role {
  return (/^(viewer|operator)@/.exec(email)?.[1] as Role | undefined) ?? 'admin';
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = url.pathname.replace(/^.*\/api\/v1/, '');
  try {
    const email = request.headers.authorization?.replace('Bearer ', '') ?? '';
    for (const [method, pattern, role, reply] of ROUTES) {
      const match = new RegExp(`^${pattern.replaceAll(/:\w+/g, '([^/]+)')}$`).exec(path);
      if (match === null || method !== request.method) continue;
      if (POWER.indexOf(roleOf(email)) < POWER.indexOf(role))
        throw new Refusal(403, 'Role', `This needs the role ${role}; ask an administrator.`);
      const params = match.slice(1).map(decodeURIComponent);
      send(
        response,
        method === 'POST' ? 201 : 200,
        reply({ params, query: url.searchParams, body: await readBody(request), email, headers: request.headers }),
      );
      return;
    }
    throw new Refusal(404, 'NotFound', `There is nothing at ${path}.`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, reason, message, errors } = error;
    send(response, status, { type: 'about:blank', title: reason, status, detail: message, reason, errors });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = body === undefined ? 204 : status;
  if (body instanceof Buffer) response.end(body);
  else response.setHeader('Content-Type', 'application/json').end(body === undefined ? '' : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? {} : (JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>);
}

/** Serves the API and `config.json` beside the page, under `vite` and under `vite preview`. */
export function mockPortal(): Plugin {
  const attach = (middlewares: Connect.Server) => {
    setInterval(advance, 1000).unref();
    middlewares.use((request, response, next) => {
      if (request.url?.includes('/api/v1/') === true) void answer(request, response).catch(next);
      else if (request.url?.endsWith('/config.json') === true) send(response, 200, CONFIG);
      else next();
    });
  };
  return {
    name: 'mock-portal',
    configureServer: ({ middlewares }) => attach(middlewares),
    configurePreviewServer: ({ middlewares }) => attach(middlewares),
  };
}
