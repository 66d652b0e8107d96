import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import type { Store } from '../store/port.ts';

const BATCH = 500;
const IDLE_MS = 1_000;

/**
 * Keeps the search index close behind the feed in small transactions, so that it never holds up a commit for
 * long. When `signal` aborts it first indexes what is there, so that a run that ended can be searched.
 */
export async function keepIndexed(store: Store, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const left = await indexSome(store);
    if (left === 0) await clock.sleep(IDLE_MS, { signal }).catch(() => undefined);
  }
  while ((await indexSome(store)) > 0);
}

/** The index is derived from the papers: a disk that does not let us write only leaves it behind for now. */
async function indexSome(store: Store): Promise<number> {
  try {
    return await store.index(BATCH);
  } catch (error) {
    if (classify(error).category !== 'local') throw error;
    return 0;
  }
}
