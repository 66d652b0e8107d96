import type { Day } from '../model/day.ts';
import { SWEPT, type Window } from '../model/window.ts';
import type { Source } from '../sources/port.ts';
import type { IngestDeps } from './deps.ts';

/** What reopening a window works with. */
export interface SweepDeps extends Pick<IngestDeps, 'store' | 'uniqueId' | 'clock'> {
  readonly owner: string;
  readonly source: Source;
  /** The server's day as far as known. */
  readonly today: Day;
  /** Runs a write until our disk lets it. */
  readonly write: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * A sweep is one more look at a window that was verified before. Its server's date is noted as it begins: an upstream
 * whose answers are dated wrongly must not have it swept for ever.
 */
export async function reopen(window: Window, deps: SweepDeps): Promise<void> {
  const { store, owner, uniqueId, clock, source, today, write } = deps;
  const lease = await store.claim({ owner, window: window.key, ttlMs: 60_000 });
  if (lease === null) return;
  const secondLook = source.streams.find(({ name }) => name === window.stream)?.secondLook ?? false;
  const next = secondLook
    ? { cursor: '', state: 'SEALED' as const }
    : { cursor: '', state: 'OPEN' as const, look: 1 };
  const batchId = uniqueId();
  const begun = `${today}T00:00:00.000Z`;
  const serverDate = window.serverDate !== null && window.serverDate > begun ? window.serverDate : begun;
  await write(() =>
    store.commit({
      lease,
      batchId,
      prev: window.cursor,
      next: { ...next, nextAt: null, reason: SWEPT, serverDate },
      page: null,
      items: [],
      bad: [],
      at: clock.now(),
    }),
  );
  await store.release(lease);
}
