import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tmpdir } from 'node:os';
import { systemClock, systemRandom } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import { lastBackup, runBackup } from '../backup/index.ts';
import type { Config } from '../config/config.ts';
import { controlPath } from '../control/control-path.ts';
import { listen } from '../control/listen.ts';
import { codeOf } from '../ingest/fetcher.ts';
import type { ChildMessage } from '../model/engine-message.ts';
import type { EngineEvent } from '../model/event.ts';
import type { Store } from '../store/port.ts';
import { setAsideDamaged } from '../store/sqlite/index.ts';
import { httpTransport } from '../transport/http-transport.ts';
import { missingContact, userAgent } from '../transport/user-agent.ts';
import { readVersion } from '../version.ts';
import { answerer } from './answers.ts';
import { countChanges } from './change-counter.ts';
import { keepBackedUp } from './backups.ts';
import { Engine } from './engine.ts';
import { IncidentKeeper } from './incidents/incident-keeper.ts';
import { Imports } from './import/imports.ts';
import { keepIndexed } from './indexer.ts';
import { connectionHealth } from './live-status.ts';
import { LoopDelay } from './loop-delay.ts';
import type { StartMessage } from './messages.ts';
import { storeFile } from './open-store.ts';
import { processMetrics } from './process-metrics.ts';
import { judgeRun, leaveRun, type RunEnd } from './run-end.ts';
import { keepStates } from './state-keeper.ts';
import { TimelineKeeper } from './timeline/timeline-keeper.ts';
import { SpotChecks } from './spot-checks.ts';
import { keepUp } from './upkeep.ts';
import type { MachineWatch } from './watch-machine.ts';

const BUSY_MS = 1_000;
/** The harvest has the machine for itself for so long, ms. */
const START_MS = 1_000;

/** What one run of the engine is given. */
export interface EngineRun {
  readonly start: StartMessage;
  readonly store: Store;
  /** Aborts when the engine is to end. */
  readonly signal: AbortSignal;
  readonly tell: (message: ChildMessage) => void;
  readonly uniqueId: () => string;
  /** Told of the engine as soon as it is there. */
  readonly onEngine: (engine: Engine) => void;
}

/** Joins everything and runs until all sources have ended or `signal` aborts; the harvest goes first, then all else. */
export async function runEngine(run: EngineRun): Promise<RunEnd> {
  const { start, store, signal, tell, uniqueId } = run;
  const { config } = start;
  const { engine, incidents, timeline, watched, close } = await compose(run);
  const checks = new SpotChecks({
    store,
    clock: systemClock,
    isBusy: () => isBusy(engine),
    onResult: (summary) => incidents.integrity(summary),
  });
  run.onEngine(engine);
  announce(config, engine, tell);
  const background = new AbortController();
  const failed = new AbortController();
  const harvest = engine.run(signal).finally(() => background.abort());
  // It is raced below, once the rest stands.
  harvest.catch((error: unknown) => {
    // What is known of damage goes into the book before this engine ends.
    if (codeOf(error) === 'ERR_STORE_CORRUPT') incidents.integrity((error as Error).message);
    failed.abort();
  });
  const stop = AbortSignal.any([signal, failed.signal]);
  const delay = new LoopDelay(systemClock);
  const readProcess = processMetrics(systemClock.now(), delay);
  const imports = new Imports({ config, store, clock: systemClock, uniqueId });
  const control = await listen(
    ownControlPath(config),
    process.getuid?.(),
    answerer({ engine, store, restarts: start.restarts, uniqueId, readProcess, imports, checks, incidents }),
    { clock: systemClock },
  );
  // Nothing of it is needed for the first requests, and all of it takes time from them.
  const rest = startedUp(background.signal).then(async () => {
    const ending = background.signal;
    const { watchMachine } = await import('./watch-machine.ts');
    if (!ending.aborted) watched.by = watchMachine(engine, config, systemClock);
    const outputs = keepConfiguredOutputs({ run, engine, incidents }, { harvested: ending, stop });
    // An output may have trouble when the harvest is over: that goes into the book too.
    const booked = AbortSignal.any([stop, whenOver(ending, outputs)]);
    const [unwritten] = await Promise.all([
      outputs,
      ...helpersOf({ engine, store, config, incidents, timeline, signal: ending }),
      incidents.run(booked),
      checks.run(ending),
      delay.run(ending),
    ]);
    return unwritten;
  });
  try {
    await Promise.race([harvest, rest]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    background.abort();
    await imports.stopAll();
    // What failed first is told, here or below.
    await rest.catch(() => undefined);
    await watched.by?.stop();
    control.close();
    await close();
  }
  const unwritten = await rest;
  const isDamaged = incidents.open.some(({ cause }) => cause === 'integrity');
  return (start.once ? judgeRun : leaveRun)(engine, { ...(await store.stats()), isDamaged, unwritten });
}

/** Aborts when the harvest is over and the outputs are done. */
function whenOver(harvested: AbortSignal, outputs: Promise<unknown>): AbortSignal {
  const over = new AbortController();
  const ended = harvested.aborted ? null : once(harvested, 'abort');
  void Promise.allSettled([ended, outputs]).then(() => over.abort());
  return over.signal;
}

/** The first requests are under way, or it is over already. */
function startedUp(signal: AbortSignal): Promise<void> {
  return systemClock.sleep(START_MS, { signal }).catch(() => undefined);
}

interface Composed {
  readonly engine: Engine;
  readonly incidents: IncidentKeeper;
  readonly timeline: TimelineKeeper;
  /** Who watches the machine, once it is loaded. */
  readonly watched: { by: MachineWatch | null };
  readonly close: () => Promise<void>;
}

/** The engine over the real network, and those who keep the book of what happens to it. */
async function compose({ start, store, tell, uniqueId }: EngineRun): Promise<Composed> {
  const { config } = start;
  const damaged = setAsideDamaged(config.stateDir);
  if (damaged !== null) tell({ type: 'event', event: stateSetAside(damaged) });
  const state = sqliteState(config.stateDir, { clock: systemClock });
  const transport = httpTransport({
    clock: systemClock,
    env: process.env,
    userAgent: userAgent(readVersion(), config.contact ?? undefined),
  });
  const watched: Composed['watched'] = { by: null };
  const engine: Engine = new Engine({
    config,
    store,
    transport,
    state,
    once: start.once,
    startedAt: start.startedAt,
    emit: (event) => {
      tell({ type: 'event', event });
      incidents.observe(event);
      timeline.observe(event);
    },
    clock: systemClock,
    random: systemRandom,
    uniqueId,
    remembered: await store.sources(),
    deadly: start.deadly,
    onInHand: (source, page) => tell({ type: 'in-hand', source, page }),
    addresses: () => watched.by?.addresses() ?? ['not looked at yet'],
    ...(start.sources === undefined ? {} : { only: start.sources }),
  });
  const incidents = new IncidentKeeper({
    store,
    clock: systemClock,
    counters: engine.counters,
    exits: start.exits,
    deadly: start.deadly,
    sources: engine.sources().map(({ id, service }) => ({ id, service })),
  });
  const timeline = new TimelineKeeper(engine, store, systemClock);
  const close = async (): Promise<void> => {
    await transport.close();
    await state.close();
  };
  return { engine, incidents, timeline, watched, close };
}

/** The files that are kept up to date for others. They are loaded after the start. */
async function keepConfiguredOutputs(
  { run, engine, incidents }: Pick<HelperParts, 'engine' | 'incidents'> & { readonly run: EngineRun },
  end: { readonly harvested: AbortSignal; readonly stop: AbortSignal },
): Promise<readonly string[]> {
  const startedAt = systemClock.monotonic();
  const { keepOutputs } = await import('./outputs.ts');
  const parts = {
    outputs: run.start.config.outputs,
    store: run.store,
    clock: systemClock,
    health: () => connectionHealth(engine, systemClock.monotonic() - startedAt),
    emit: (event: EngineEvent) => run.tell({ type: 'event', event }),
    trouble: incidents.output.bind(incidents),
  };
  return await keepOutputs(parts, end);
}

interface HelperParts {
  readonly engine: Engine;
  readonly store: Store;
  readonly config: Config;
  readonly incidents: IncidentKeeper;
  readonly timeline: TimelineKeeper;
  readonly signal: AbortSignal;
}

/** What goes on beside the harvest until it has ended. */
function helpersOf({ engine, store, config, incidents, timeline, signal }: HelperParts): Promise<void>[] {
  const { rawRetention, maxDisk, alerts, backup } = config;
  const file = storeFile(config);
  return [
    keepIndexed(store, systemClock, () => isBusy(engine), signal),
    keepStates(engine, store, systemClock, signal),
    timeline.run(signal),
    store.stats().then(({ lastSeq }) => countChanges(store, engine.counters, systemClock, lastSeq, signal)),
    keepBackedUp(
      {
        clock: systemClock,
        every: backup.every,
        last: () => lastBackup(backup.folder, file, systemClock.now()),
        make: (ending) =>
          runBackup({ store: file, folder: backup.folder, to: null, keep: backup.keep }, ending),
        onResult: (failure) => incidents.backup(failure),
      },
      signal,
    ),
    keepUp(
      {
        store,
        clock: systemClock,
        upstreamNow: () => engine.upstreamNow(),
        keepRawMs: rawRetention,
        maxDisk,
        diskDays: alerts.diskDays,
        freeBytes: () => freeBytes(dirname(file)),
        isBusy: () => isBusy(engine),
        onForecast: (summary) => incidents.forecast(summary),
      },
      signal,
    ),
  ];
}

/** A commit was a moment ago. */
function isBusy({ lastCommitAt }: Engine): boolean {
  return lastCommitAt !== null && systemClock.now() - lastCommitAt < BUSY_MS;
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // A file system that does not tell has no forecast but that of the budget.
    return null;
  }
}

function announce(config: Config, engine: Engine, tell: EngineRun['tell']): void {
  const at = systemClock.now();
  const ready: EngineEvent = {
    kind: 'ready',
    at,
    pid: process.pid,
    store: config.store,
    sources: engine.sources().map(({ id }) => id),
  };
  tell({ type: 'event', event: ready });
  const missing = missingContact(config.contact ?? undefined);
  if (missing === null) return;
  const notice: EngineEvent = {
    kind: 'notice',
    at,
    source: null,
    code: 'NO_CONTACT',
    message: missing,
    hint: 'Set "contact": "you@example.org" in holdfast.config.json, or HOLDFAST_CONTACT.',
  };
  tell({ type: 'event', event: notice });
}

/** Politeness begins anew: what an upstream asked for before is not known any more. */
function stateSetAside(file: string): EngineEvent {
  return {
    kind: 'notice',
    at: systemClock.now(),
    source: null,
    code: 'STATE_SET_ASIDE',
    message: `What this machine knew of its upstreams was damaged, and is now ${file}; it begins anew.`,
    hint: 'Waits that upstreams had asked for are not known any more. Check the disk.',
  };
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
