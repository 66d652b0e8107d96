/** The engine process: what it says to its parent and hears from it; `run-engine.ts` joins the parts. */
import { randomUUID } from 'node:crypto';
import { awakeTimer, systemClock } from '@holdfast/resilience/clock';
import { dieWithParent } from '../child/die-with-parent.ts';
import { startMessage } from '../child/start-message.ts';
import { untilWritable } from '../ingest/persist.ts';
import { PRIVATE_EXIT, type ChildMessage } from '../model/engine-message.ts';
import { HoldfastError } from '../model/error.ts';
import type { EngineEvent } from '../model/event.ts';
import { tellRefusal } from '../model/system-error.ts';
import type { Store } from '../store/port.ts';
import type { Engine } from './engine.ts';
import type { StartMessage } from './messages.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { openConfiguredStore } from './open-store.ts';
import type { StoreUpgrade } from '../store/sqlite/index.ts';
import { runEngine } from './run-engine.ts';

const HEARTBEAT_MS = 1_000;
/** The public exit code for work that is left at the deadline. */
const LATE = 4;
/** Why the engine's work is aborted when its parent asks, or its time is up. */
const STOP = new HoldfastError('ERR_STOPPED', 'The engine was asked to stop.');

function tell(message: ChildMessage): void {
  // A parent that has gone just now is the guardian's matter: without a callback it would be an uncaught error.
  if (process.connected) process.send?.(message, () => undefined);
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
  // It starts beside the store, and watches before the first page can block the loop.
  const guarded = dieWithParent();
  const stopping = new AbortController();
  const start = await startMessage<StartMessage>(stopping, STOP);
  let engine: Engine | null = null;
  void heartbeat(() => engine?.progress ?? 0, stopping.signal);
  const { deadlineMs } = start;
  const deadline =
    deadlineMs === null
      ? null
      : awakeTimer(systemClock, deadlineMs, () => stopping.abort(STOP), { unref: true });
  const store = await openInTime(start, stopping.signal);
  if (store === null) return PRIVATE_EXIT.done;
  try {
    await guarded;
    const onEngine = (made: Engine): void => void (engine = made);
    const { code, summary } = await runEngine({
      start,
      store,
      signal: stopping.signal,
      tell,
      uniqueId: randomUUID,
      onEngine,
    });
    await say({ type: 'exit', code, summary });
    return PRIVATE_EXIT.done;
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
      () => openConfiguredStore(config, systemClock, tellUpgrade),
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

/** Rows are written again one by one: minutes for millions, in which nothing else happens. */
function tellUpgrade(upgrade: StoreUpgrade): void {
  const notice = { kind: 'notice', at: systemClock.now(), source: null } as const;
  if (upgrade.state === 'begun') {
    const { from, to } = upgrade;
    const message = `The store is upgraded from schema ${from} to ${to}, after a copy of it was made beside it.`;
    const hint = 'It takes minutes for millions of records. Interrupted, it begins anew at the next start.';
    emit({ ...notice, code: 'STORE_UPGRADE', message, hint });
  } else {
    const message = `The store is upgraded; ${upgrade.copy} is what it was before.`;
    emit({ ...notice, code: 'STORE_UPGRADED', message, hint: 'Remove the copy when all is well.' });
  }
}

/** Signs of life, from the first message on; `progress` counts what the engine has done since. */
async function heartbeat(progress: () => number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    tell({ type: 'heartbeat', progress: progress(), rss: process.memoryUsage.rss() });
    await systemClock.sleep(HEARTBEAT_MS, { signal }).catch(() => undefined);
  }
}

/** Tells the parent why the engine cannot go on. */
function explain(error: unknown): void {
  const refusal = tellRefusal(error);
  const { code = 'ERR_UNKNOWN', hint = '' } = refusal ?? (error as { code?: string; hint?: string });
  const message = refusal?.message ?? (error instanceof Error ? error.message : String(error));
  if (code !== 'ERR_STOPPED')
    emit({ kind: 'notice', at: systemClock.now(), source: null, code, message, hint });
  if (refusal === null && !code.startsWith('ERR_'))
    process.stderr.write(`${error instanceof Error ? String(error.stack) : message}\n`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    explain(error);
    process.exit(exitCodeOf(error));
  },
);
