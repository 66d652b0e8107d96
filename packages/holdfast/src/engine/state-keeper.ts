import type { Clock } from '@holdfast/resilience/clock';
import { classify } from '@holdfast/resilience';
import type { Store } from '../store/port.ts';
import type { Engine } from './engine.ts';
import { sourceNow } from './source-now.ts';

/** At most this often is a source's state written, in ms. */
const WRITE_EVERY_MS = 2_000;
/** The instant of the last fetch is written exactly at the end; before, it may be late by so many ms. */
const COARSE_MS = 10_000;

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
  await writeStates(engine, store, new Map());
}

async function writeStates(engine: Engine, store: Store, written: Map<string, string>): Promise<void> {
  for (const { id, kind, harvester, health } of engine.sources()) {
    const { failures, retries, lastSuccessAt } = health;
    const now = sourceNow(harvester);
    // Its turn at the gate comes every few seconds: it is neither worth a write nor true for long.
    const shown = harvester.wait?.why === 'interval' ? { ...now, nextAttemptAt: null } : now;
    const text = JSON.stringify([shown, failures, retries, Math.floor((lastSuccessAt ?? 0) / COARSE_MS)]);
    if (written.get(id) === text) continue;
    const fetched = lastSuccessAt === null ? {} : { lastSuccessAt };
    try {
      await store.putSource(id, kind, { ...shown, failures, retries, ...fetched });
      written.set(id, text);
    } catch (error) {
      if (classify(error).category !== 'local') throw error;
    }
  }
}
