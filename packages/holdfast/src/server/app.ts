import { Hono } from 'hono';
import type { Context } from 'hono';
import type { FoundStatus } from '../status/read-status.ts';
import type { AlertsStatus } from '../follow/index.ts';
import { refusal, secureHeaders } from './guard.ts';
import type { GuideParts } from './guide/routes.ts';
import { addGuideRoutes } from './guide/routes.ts';
import { ICON } from './page/icon.ts';
import { overviewPage } from './page/overview-page.ts';
import { problemPage } from './page/problem-page.ts';
import { OVERVIEW_SCRIPT } from './page/script.ts';
import { OVERVIEW_STYLE } from './page/style.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import { readiness } from './readiness.ts';
import { addRecordRoutes } from './records/routes.ts';
import type { RecordParts } from './records/routes.ts';

/** What the routes show; each may be asked as often as anybody likes. */
export interface AppParts {
  readonly status: () => Promise<FoundStatus>;
  /** How the alerts do; null when nobody is to be told anything. */
  readonly alerts: () => AlertsStatus | null;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** The store, null when there is none yet: what other installations follow. */
  readonly withReader: RecordParts['withReader'];
  readonly clock: RecordParts['clock'];
  readonly guide: GuideParts['guide'];
  /** The configured name or address that it listens on. */
  readonly host: string;
  /** Called for each request. */
  readonly onRequest: () => void;
  /** Told of errors that nobody foresaw: they are a defect. */
  readonly onDefect: (error: unknown) => void;
}

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** Every route. None changes anything. */
export function makeApp(parts: AppParts): Hono {
  const { status, metrics, alerts, host, onRequest, onDefect } = parts;
  const app = new Hono();
  app.use(secureHeaders);
  app.use(async (context, next) => {
    onRequest();
    const refused = refusal(context.req.raw, host);
    return refused === null ? next() : answerProblem(context, refused);
  });
  // What is drawn belongs to one look at everything: whoever asks within it gets the same page.
  const drawn = new WeakMap<FoundStatus, string>();
  app.get('/', async (context) => {
    const found = await status();
    const page = drawn.get(found) ?? overviewPage(found, alerts());
    drawn.set(found, page);
    return context.html(page);
  });
  app.get('/overview.css', (context) => context.body(OVERVIEW_STYLE, 200, { 'Content-Type': 'text/css' }));
  app.get('/overview.js', (context) =>
    context.body(OVERVIEW_SCRIPT, 200, { 'Content-Type': 'text/javascript' }),
  );
  app.get('/icon.svg', (context) => context.body(ICON, 200, { 'Content-Type': 'image/svg+xml' }));
  app.get('/status.json', async (context) => context.json((await status()).report));
  app.get('/metrics', async (context) => context.body(await metrics(), 200, { 'Content-Type': TEXT }));
  app.get('/healthz', async (context) => context.json({ status: 'ok', engine: await engineState(status) }));
  app.get('/readyz', async (context) => {
    const ready = readiness((await status()).report);
    return context.json(ready, ready.ready ? 200 : 503);
  });
  addRecordRoutes(app, { ...parts, refuse: answerProblem });
  addGuideRoutes(app, { ...parts, refuse: answerProblem });
  app.notFound((context) => answerProblem(context, NOT_FOUND));
  app.onError((error, context) => {
    const problem = problemOf(error);
    if (problem.status === 500) onDefect(error);
    return answerProblem(context, problem);
  });
  return app;
}

/** The routes that other installations follow, alone: what is public upstream is public here. */
export function makeShareApp(parts: Pick<AppParts, 'withReader' | 'clock'>): Hono {
  const app = new Hono();
  app.use(secureHeaders);
  addRecordRoutes(app, { ...parts, refuse: answerProblem });
  app.notFound((context) => answerProblem(context, NOT_FOUND));
  app.onError((error, context) => answerProblem(context, problemOf(error)));
  return app;
}

/** This process lives whatever the store says: an error there is told by the other routes. */
async function engineState(status: AppParts['status']): Promise<string> {
  try {
    return (await status()).report.engine.state;
  } catch {
    return 'unknown';
  }
}

/** A page for people, JSON for programs. */
function answerProblem(context: Context, problem: Problem): Response {
  const { status, code, message, hint } = problem;
  if (status === 405) context.header('Allow', 'GET, HEAD');
  const forPeople = (context.req.header('accept') ?? '').includes('text/html');
  return forPeople
    ? context.html(problemPage(problem), status)
    : context.json({ code, message, hint }, status);
}

const NOT_FOUND: Problem = {
  status: 404,
  code: 'ERR_HTTP_NOT_FOUND',
  message: 'There is nothing at this address.',
  hint: 'The paths are /, /guide/, /status.json, /metrics, /healthz, /readyz and those under /api.',
};
