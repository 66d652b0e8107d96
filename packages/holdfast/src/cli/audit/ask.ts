import type { Config } from '../../config/index.ts';
import { askEngine } from '../../control/ask.ts';
import type { LiveStatus } from '../../status/live-status.ts';
import { HoldfastError } from '../../model/error.ts';
import type { AuditRun } from '../../model/audit.ts';
import { stateDuring } from '../../model/wait-state.ts';
import { withStore } from '../../status/open-reader.ts';
import { withOffline } from '../offline.ts';
import type { Call } from '../verb.ts';
import type { AuditOptions } from './options.ts';
import { AuditProgress } from './progress.ts';

/** What came of asking. */
export interface Asked {
  /** Of this turn: ended, or paused and to go on later. */
  readonly runs: readonly AuditRun[];
  /** Ctrl-C came first. */
  readonly isInterrupted: boolean;
  /** An upstream did not answer, so that its audit has to wait. */
  readonly isOutage: boolean;
  /** Whose work it was. */
  readonly by: 'engine' | 'here';
}

const PATIENCE = 30_000;
const POLL = 1_000;
/** A running engine that ended leaves its audits as they stood: it is asked whether it is there every so many polls. */
const CHECK_EVERY = 10;

/**
 * Lets the running engine audit and watches it, else takes the store's lock and does it here.
 * @throws HoldfastError `ERR_STORE_LOCKED`, `ERR_ENGINE_SILENT`, or that of the engine when it refuses
 */
export async function ask(
  call: Call<AuditOptions>,
  config: Config,
  budget: number | undefined,
): Promise<Asked> {
  const { io, options } = call;
  const stop = new AbortController();
  const ignore = io.onSignal(() => stop.abort(new Error('interrupted')));
  const progress = new AuditProgress(call);
  const args = { source: options.source ?? null, repair: options.repair === true, budget: budget ?? null };
  try {
    const reply = await askEngine(io, config.dataDir, { verb: 'audit', args, patience: PATIENCE });
    if (reply.type === 'silent')
      throw new HoldfastError('ERR_ENGINE_SILENT', 'The engine was asked but did not answer.', {
        hint: 'See how it stands (holdfast status) and try again.',
      });
    if (reply.type === 'result') {
      const ids = new Set(Array.isArray(reply.result) ? reply.result.map(String) : []);
      return await watch({ call, config, progress, signal: stop.signal }, ids);
    }
    return await alone({ call, config, progress, signal: stop.signal }, budget);
  } finally {
    progress.end();
    ignore();
  }
}

interface Watch {
  readonly call: Call<AuditOptions>;
  readonly config: Config;
  readonly progress: AuditProgress;
  readonly signal: AbortSignal;
}

/** Follows the engine's audits in the store until each has ended or paused. */
async function watch(
  { call: { io }, config, progress, signal }: Watch,
  ids: ReadonlySet<string>,
): Promise<Asked> {
  for (let poll = 1; ; poll += 1) {
    const runs = await withStore(config, async (reader) =>
      (await reader.audits()).filter(({ id }) => ids.has(id)),
    );
    for (const run of runs) progress.show(run);
    const isOver = runs.length === ids.size && runs.every(({ state }) => state !== 'running');
    const isInterrupted = signal.aborted;
    if (isOver || isInterrupted) {
      const left = runs.filter(({ state }) => state !== 'ended');
      return { runs, isInterrupted, isOutage: await isOutage(io, config, left), by: 'engine' };
    }
    if (poll % CHECK_EVERY === 0) {
      const sources = await heldUp(io, config);
      if (sources === null) return { runs, isInterrupted: false, isOutage: false, by: 'engine' };
      const waiting = runs.filter(({ state }) => state === 'running').map(({ source }) => source);
      for (const { id, state, reason } of sources)
        if (waiting.includes(id)) progress.waits(id, `${state ?? ''}: ${reason ?? ''}`);
    }
    await io.clock.sleep(POLL, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

async function alone(
  { call: { options }, config, progress, signal }: Watch,
  budget: number | undefined,
): Promise<Asked> {
  const seen = new Map<string, AuditRun>();
  const onRun = (run: AuditRun): void => {
    seen.set(run.id, run);
    progress.show(run);
  };
  try {
    const runs = await withOffline(config, (offline) =>
      offline.audit({
        ...(options.source === undefined ? {} : { sources: [options.source] }),
        ...(budget === undefined ? {} : { budget }),
        repair: options.repair === true,
        signal,
        onRun,
        onWait: (source, wait) => {
          if (stateDuring(wait) !== null) progress.waits(source, wait.reason);
        },
      }),
    );
    return { runs, isInterrupted: signal.aborted, isOutage: false, by: 'here' };
  } catch (error) {
    if (signal.aborted) return { runs: [...seen.values()], isInterrupted: true, isOutage: false, by: 'here' };
    if (!isUpstreams(error)) throw error;
    progress.say(error.message);
    return { runs: [...seen.values()], isInterrupted: false, isOutage: true, by: 'here' };
  }
}

const OUTAGES = new Set(['network', 'dns', 'tls', 'timeout', 'rate-limit']);

/** Whether the error says that an upstream, or the way to it, failed. */
function isUpstreams(error: unknown): error is HoldfastError {
  return error instanceof HoldfastError && OUTAGES.has(error.verdict?.category ?? '');
}

const HELD_UP = new Set(['waiting', 'throttled', 'blocked', 'offline', 'auth-needed']);

async function isOutage(
  io: Watch['call']['io'],
  config: Config,
  left: readonly AuditRun[],
): Promise<boolean> {
  const sources = left.length === 0 ? null : await heldUp(io, config);
  return (sources ?? []).some(({ id }) => left.some(({ source }) => source === id));
}

/** Sources that are kept from asking, as the engine says; none when it is too busy to say. Null: no engine is there any more. */
async function heldUp(io: Watch['call']['io'], config: Config): Promise<LiveStatus['sources'] | null> {
  const reply = await askEngine(io, config.dataDir, { verb: 'status', patience: PATIENCE });
  if (reply.type === 'nobody') return null;
  if (reply.type === 'silent') return [];
  return (reply.result as LiveStatus).sources.filter(({ state }) => HELD_UP.has(state ?? ''));
}
