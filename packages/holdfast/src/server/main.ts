/** The server process: the page, the endpoints and whoever has to be told. It reads and asks, and writes nothing of the harvest. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import { dieWithParent } from '../child/die-with-parent.ts';
import { startMessage } from '../child/start-message.ts';
import type { Config } from '../config/index.ts';
import type { ControlWorld } from '../control/ask.ts';
import { httpCaller, startAlerts, startDeadman, systemSender } from '../follow/index.ts';
import type { RunningAlerts, RunningDeadman } from '../follow/index.ts';
import { PRIVATE_EXIT } from '../model/engine-message.ts';
import type { ChildMessage } from '../model/engine-message.ts';
import { HoldfastError } from '../model/error.ts';
import { readStatus } from '../status/read-status.ts';
import { setAsideDamaged } from '../store/sqlite/index.ts';
import { readVersion } from '../version.ts';
import { makeApp, makeShareApp } from './app.ts';
import { guideReader } from './guide/guide-files.ts';
import { KeptReader } from './kept-reader.ts';
import { keepListening, urlOf } from './listener.ts';
import type { Notice } from './listener.ts';
import { readMetrics } from './metrics/read-metrics.ts';
import { observe, takePulse } from './observe.ts';
import { Snapshot } from './snapshot.ts';
import type { ServerStart } from './start-message.ts';

const HEARTBEAT_MS = 1_000;
/** Whatever is asked how often: the store and the processes are looked at once in this time. */
const SNAPSHOT_MS = 1_000;
/** A page is not held up by an engine that is busy: it then shows what the store says. */
const ENGINE_PATIENCE_MS = 1_000;
/** The guide lies beside the built program; in a checkout that runs from its sources, where it is written. */
const GUIDE = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../../docs/guide/' : '../guide/', import.meta.url),
);
const STOP = new HoldfastError('ERR_STOPPED', 'The server was asked to stop.');

const world: ControlWorld = {
  clock: systemClock,
  platform: process.platform,
  env: process.env,
  tmp: tmpdir(),
  uid: process.getuid?.(),
};

function tell(message: ChildMessage): void {
  // A parent that has gone just now is the guardian's matter: without a callback it would be an uncaught error.
  if (process.connected) process.send?.(message, () => undefined);
}

function notice({ code, message, hint }: Notice): void {
  tell({
    type: 'event',
    event: { kind: 'notice', at: systemClock.now(), source: null, code, message, hint },
  });
}

async function main(): Promise<number> {
  void dieWithParent();
  const stopping = new AbortController();
  const { config } = await startMessage<ServerStart>(stopping, STOP);
  const store = new KeptReader(config.store.slice('sqlite:'.length));
  const served = { requests: 0 };
  void heartbeat(served, stopping.signal);
  const alerts = beginAlerts(config, store);
  const deadman = beginDeadman(config);
  try {
    await serve(config, store, alerts.running, served, stopping.signal);
    await untilAborted(stopping.signal);
  } finally {
    await Promise.all([alerts.end(), deadman?.stop()]);
    await store.close();
  }
  return PRIVATE_EXIT.done;
}

function serve(
  config: Config,
  store: KeptReader,
  alerts: RunningAlerts | null,
  served: { requests: number },
  signal: AbortSignal,
): Promise<void> {
  const { host, port } = config.dashboard;
  const withReader: KeptReader['with'] = (work) => store.with(work);
  const options = { patience: ENGINE_PATIENCE_MS, withReader };
  const status = new Snapshot(systemClock, SNAPSHOT_MS, () => readStatus(world, config, options));
  const metrics = new Snapshot(systemClock, SNAPSHOT_MS, () =>
    readMetrics({ world, config, status: () => status.get() }),
  );
  const app = makeApp({
    host,
    status: () => status.get(),
    metrics: () => metrics.get(),
    alerts: () => alerts?.status() ?? null,
    withReader,
    clock: systemClock,
    guide: guideReader(GUIDE),
    onRequest: () => (served.requests += 1),
    onDefect: (error) =>
      process.stderr.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`),
  });
  const listener = { clock: systemClock, tell: notice };
  const page = { app, host, port, setting: 'dashboard', what: 'The overview', isPublic: false } as const;
  return Promise.all([
    keepListening({ ...page, ...listener }, signal),
    share(config, withReader, signal),
  ]).then(() => undefined);
}

/** What other installations follow: papers that anybody may read, and nothing else of this machine. */
async function share({ share }: Config, withReader: KeptReader['with'], signal: AbortSignal): Promise<void> {
  if (share === null) return;
  const app = makeShareApp({ withReader, clock: systemClock });
  const what = 'The feed for other installations';
  await keepListening(
    { app, ...share, setting: 'share', what, isPublic: true, clock: systemClock, tell: notice },
    signal,
  );
}

/** Alerts, when somebody is to be told. */
function beginAlerts(
  config: Config,
  store: KeptReader,
): { readonly running: RunningAlerts | null; readonly end: () => Promise<void> } {
  const { channels, outageAfter } = config.alerts;
  if (channels.length === 0) return { running: null, end: () => Promise.resolve() };
  const { clock, env, platform } = world;
  const folder = join(config.dataDir, 'alerts');
  // A memory that cannot be read would silence everything; what lasts is told once more instead.
  setAsideDamaged(folder);
  const state = sqliteState(folder, { clock });
  const { host, port } = config.dashboard;
  const running = startAlerts({
    clock,
    random: systemRandom,
    state,
    channels,
    outageAfter,
    url: port === 0 ? null : urlOf(host, port),
    observe: () => observe(world, config, store),
    send: systemSender({ clock, env, platform, version: readVersion() }),
  });
  const end = async (): Promise<void> => {
    await running.stop();
    await state.close();
  };
  return { running, end };
}

function beginDeadman(config: Config): RunningDeadman | null {
  if (config.deadman === null) return null;
  const { clock, env } = world;
  return startDeadman({
    clock,
    random: systemRandom,
    url: config.deadman.url,
    every: config.deadman.every,
    watchdog: config.watchdog,
    version: readVersion(),
    observe: () => takePulse(world, config),
    call: httpCaller({ clock, env }),
  });
}

async function heartbeat(served: { readonly requests: number }, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    tell({ type: 'heartbeat', progress: served.requests, rss: process.memoryUsage.rss() });
    await systemClock.sleep(HEARTBEAT_MS, { signal }).catch(() => undefined);
  }
}

/** Without a page there is still something to tell. */
function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error !== STOP)
      process.stderr.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
    process.exit(error === STOP ? PRIVATE_EXIT.done : PRIVATE_EXIT.temporary);
  },
);
