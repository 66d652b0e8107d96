import type { Clock } from '@holdfast/resilience/clock';
import type { Store } from '../store/port.ts';
import type { Counters } from './counters.ts';

const BATCH = 1_000;
const EVERY_MS = 5_000;

/** Counts the rows of the change feed that were written since `after`, by source and kind, until `signal` aborts. */
export async function countChanges(
  store: Pick<Store, 'changes'>,
  counters: Counters,
  clock: Clock,
  after: bigint,
  signal: AbortSignal,
): Promise<void> {
  let last = after;
  while (!signal.aborted) {
    const changes = await store.changes(last, BATCH);
    counters.changed(changes);
    last = changes.at(-1)?.seq ?? last;
    await clock.sleep(changes.length === BATCH ? EVERY_MS / 50 : EVERY_MS, { signal }).catch(() => undefined);
  }
}
