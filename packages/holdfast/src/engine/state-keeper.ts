import type { Clock } from '@holdfast/resilience/clock';
import { classify } from '@holdfast/resilience';
import type { Store } from '../store/port.ts';
import type { Engine } from './engine.ts';

/** At most this often is a source's state written, in ms. */
const WRITE_EVERY_MS = 2_000;

/**
 * Writes what each source does into the store when it has changed, so that `status` can tell when no engine
 * answers. It is a view, not data: while the disk is full it is simply not up to date.
 */
export async function keepStates(
  engine: Engine,
  store: Store,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const written = new Map<string, string>();
  while (!signal.aborted) {
    await writeStates(engine, store, written);
    await clock.sleep(WRITE_EVERY_MS, { signal }).catch(() => undefined);
  }
  await writeStates(engine, store, written);
}

async function writeStates(engine: Engine, store: Store, written: Map<string, string>): Promise<void> {
  for (const { id, kind, harvester } of engine.sources()) {
    const state = {
      state: harvester.state,
      reason: harvester.wait?.reason ?? harvester.reason,
      nextAttemptAt: harvester.wait?.until ?? null,
      attempt: harvester.wait?.attempt ?? 0,
    };
    const text = `${state.state} ${state.reason}`;
    if (written.get(id) === text) continue;
    try {
      await store.putSource(id, kind, state);
      written.set(id, text);
    } catch (error) {
      if (classify(error).category !== 'local') throw error;
    }
  }
}
