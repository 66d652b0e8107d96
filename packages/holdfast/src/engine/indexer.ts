import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import type { Store } from '../store/port.ts';

const BATCH = 500;
const IDLE_MS = 1_000;
/** While records come in, the index gets this part of the writer's time at most: commits wait in the same line. */
const BUSY_SHARE = 1 / 5;

/**
 * Keeps the search index close behind the feed in small transactions, so that it never holds up a commit for
 * long. While `isBusy` it rests most of the time; between two polite requests there is enough of it. When `signal`
 * aborts it first indexes what is there, so that a run that ended can be searched.
 */
export async function keepIndexed(
  store: Store,
  clock: Clock,
  isBusy: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const rest = (ms: number): Promise<void> => clock.sleep(ms, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    const start = clock.monotonic();
    const left = await indexSome(store);
    if (left === 0) await rest(IDLE_MS);
    else if (isBusy()) await rest((clock.monotonic() - start) * (1 / BUSY_SHARE - 1));
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
