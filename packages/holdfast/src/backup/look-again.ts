import { addDays } from '../model/day.ts';
import type { Window } from '../model/window.ts';
import type { Store } from '../store/port.ts';

/** What marking windows works with. */
export interface LookAgain {
  readonly store: Store;
  /** Recent days of a source are looked at again until they are so old. */
  readonly overlapDays: (source: string) => number;
  readonly uniqueId: () => string;
  readonly now: number;
}

/** The server's day and ours may differ by one, and a sweep comes once a day. */
const MARGIN_DAYS = 2;

/**
 * Makes the windows due that were still being looked at again when the copy was made. What was changed upstream since is
 * stamped after the watermark and lies in the tail, however long ago that was; what came late or back-dated into the days
 * before it was found by sweeps that this copy has not seen, and that the days may be too old for by now.
 */
export async function lookAgain({ store, overlapDays, uniqueId, now }: LookAgain): Promise<number> {
  let marked = 0;
  for (const { id, watermark } of await store.sources()) {
    if (watermark === null) continue;
    const oldest = addDays(watermark.slice(0, 10), -overlapDays(id) - MARGIN_DAYS);
    for (const window of (await store.windows(id)).filter((each) => isSettledAfter(each, oldest))) {
      const lease = await store.claim({ owner: 'restore', window: window.key, ttlMs: 60_000 });
      if (lease === null) continue;
      await store.commit({
        lease,
        batchId: uniqueId(),
        prev: window.cursor,
        next: { ...dueAgain(window), cursor: '', nextAt: null, reason: 'restored from a copy' },
        page: null,
        items: [],
        bad: [],
        at: now,
      });
      await store.release(lease);
      marked += 1;
    }
  }
  return marked;
}

function isSettledAfter({ to, state }: Window, oldest: string): boolean {
  return to !== null && to >= oldest && (state === 'SEALED' || state === 'VERIFIED');
}

/** A verified window has a second look to go back to; one that never had any is walked again. */
function dueAgain({ state }: Window) {
  return state === 'VERIFIED' ? { state: 'SEALED' as const } : { state: 'OPEN' as const, look: 1 };
}
