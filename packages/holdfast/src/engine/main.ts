/** The engine process: the only place that joins sources, stores and ingest with the real world. */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { systemClock, systemRandom } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import type { Config } from '../config/config.ts';
import { controlPath } from '../control/control-path.ts';
import { untilWritable } from '../ingest/persist.ts';
import { HoldfastError } from '../model/error.ts';
import type { EngineEvent } from '../model/event.ts';
import type { Store } from '../store/port.ts';
import { httpTransport } from '../transport/http-transport.ts';
import { missingContact, userAgent } from '../transport/user-agent.ts';
import { answerer } from './answers.ts';
import { listen } from '../control/listen.ts';
import { dieWithParent } from '../child/die-with-parent.ts';
import { Engine } from './engine.ts';
import { keepIndexed } from './indexer.ts';
import { PRIVATE_EXIT, type ChildMessage } from '../model/engine-message.ts';
import type { StartMessage, ToEngine } from './messages.ts';
import { openConfiguredStore } from './open-store.ts';
import { processMetrics } from './process-metrics.ts';
import { judgeRun } from './run-end.ts';
import { keepStates } from './state-keeper.ts';
import { readVersion } from '../version.ts';

const HEARTBEAT_MS = 1_000;
const BUSY_MS = 1_000;
/** The public exit code for work that is left at the deadline. */
const LATE = 4;
/** Why the engine's work is aborted when its parent asks, or its time is up. */
const STOP = new HoldfastError('ERR_STOPPED', 'The engine was asked to stop.');

function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

/** As `tell`, and waits until the message is on its way: the process is about to end. */
function say(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve());
    else resolve();
  });
}

function emit(event: EngineEvent): void {
  tell({ type: 'event', event });
}

async function main(): Promise<number> {
  dieWithParent();
  const stopping = new AbortController();
  const start = await startMessage(stopping);
  const pulse = new Pulse();
  void heartbeat(pulse, stopping.signal);
  const { deadlineMs } = start;
  const deadline =
    deadlineMs === null ? null : systemClock.timer(deadlineMs, () => stopping.abort(STOP), { unref: true });
  const store = await openInTime(start, stopping.signal);
  if (store === null) return PRIVATE_EXIT.done;
  try {
    return await withStore(start, store, stopping, pulse);
  } finally {
    deadline?.cancel();
    await store.close();
  }
}

/** The store, once its disk lets us open it; null when the run's time was up before, which is told. */
async function openInTime({ config, once }: StartMessage, signal: AbortSignal): Promise<Store | null> {
  try {
    return await untilWritable(
      { clock: systemClock },
      () => openConfiguredStore(config, systemClock),
      signal,
      (wait) => emit({ kind: 'wait', at: systemClock.now(), source: '', wait }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    const summary = 'the store could not be opened in time, so everything is left to do';
    await say({ type: 'exit', code: once ? LATE : 0, summary });
    return null;
  }
}

/** Signs of life: beats from the first message on, and counts what the engine has done since. */
class Pulse {
  engine: Engine | null = null;

  get progress(): number {
    return this.engine?.progress ?? 0;
  }
}

async function withStore(
  start: StartMessage,
  store: Store,
  stopping: AbortController,
  pulse: Pulse,
): Promise<number> {
  const { config, once } = start;
  const state = sqliteState(config.stateDir, { clock: systemClock });
  const transport = httpTransport({
    clock: systemClock,
    env: process.env,
    userAgent: userAgent(readVersion(), config.contact ?? undefined),
  });
  const engine = new Engine({
    config,
    store,
    transport,
    state,
    once,
    startedAt: start.startedAt,
    emit,
    clock: systemClock,
    random: systemRandom,
    uniqueId: randomUUID,
    remembered: await store.sources(),
    ...(start.sources === undefined ? {} : { only: start.sources }),
  });
  pulse.engine = engine;
  announce(config, engine);
  const readProcess = processMetrics(systemClock.now());
  const control = await listen(
    ownControlPath(config),
    process.getuid?.(),
    answerer({ engine, store, restarts: start.restarts, uniqueId: randomUUID, readProcess }),
  );
  const background = new AbortController();
  const helpers = [
    keepIndexed(store, systemClock, () => isBusy(engine), background.signal),
    keepStates(engine, store, systemClock, background.signal),
  ];
  try {
    await Promise.race([engine.run(stopping.signal), ...helpers]);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    background.abort(STOP);
    await Promise.all(helpers);
    control.close();
    await transport.close();
    await state.close();
  }
  const { code, summary } = judgeRun(engine, await store.stats());
  await say({ type: 'exit', code: once ? code : 0, summary });
  return PRIVATE_EXIT.done;
}

/** Records came in a moment ago, and more are to be expected at once. */
function isBusy({ lastCommitAt }: Engine): boolean {
  return lastCommitAt !== null && systemClock.now() - lastCommitAt < BUSY_MS;
}

function announce(config: Config, engine: Engine): void {
  const at = systemClock.now();
  emit({
    kind: 'ready',
    at,
    pid: process.pid,
    store: config.store,
    sources: engine.sources().map(({ id }) => id),
  });
  const missing = missingContact(config.contact ?? undefined);
  if (missing === null) return;
  emit({
    kind: 'notice',
    at,
    source: null,
    code: 'NO_CONTACT',
    message: missing,
    hint: 'Set "contact": "you@example.org" in holdfast.config.json, or HOLDFAST_CONTACT.',
  });
}

async function heartbeat(pulse: Pulse, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    tell({ type: 'heartbeat', progress: pulse.progress });
    await systemClock.sleep(HEARTBEAT_MS, { signal }).catch(() => undefined);
  }
}

function ownControlPath({ dataDir }: Config): string {
  return controlPath({
    dataDir,
    platform: process.platform,
    env: process.env,
    tmp: tmpdir(),
    uid: process.getuid?.(),
  });
}

/** Resolves with the parent's first message; every later one, and the loss of the parent, stops the engine. */
function startMessage(stopping: AbortController): Promise<StartMessage> {
  return new Promise((resolve, reject) => {
    process.on('message', (message: ToEngine) => {
      if (message.type === 'start') resolve(message);
      else stopping.abort(STOP);
    });
    process.on('disconnect', () => {
      stopping.abort(STOP);
      reject(STOP);
    });
    // The parent decides what a signal to the whole group means.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  });
}

function exitCodeOf(error: unknown): number {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ERR_STORE_LOCKED') return PRIVATE_EXIT.locked;
  if (typeof code === 'string' && (code.startsWith('ERR_CONFIG') || code === 'ERR_CONTACT'))
    return PRIVATE_EXIT.configuration;
  return code === 'ERR_STOPPED' ? PRIVATE_EXIT.done : PRIVATE_EXIT.temporary;
}

/** Tells the parent why the engine cannot go on. */
function explain(error: unknown): void {
  const { code = 'ERR_UNKNOWN', hint = '' } = error as { code?: string; hint?: string };
  const message = error instanceof Error ? error.message : String(error);
  if (code !== 'ERR_STOPPED')
    emit({ kind: 'notice', at: systemClock.now(), source: null, code, message, hint });
  if (!code.startsWith('ERR_'))
    process.stderr.write(`${error instanceof Error ? String(error.stack) : message}\n`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    explain(error);
    process.exit(exitCodeOf(error));
  },
);
