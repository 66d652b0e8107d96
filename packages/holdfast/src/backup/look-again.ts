import { addDays } from '../model/day.ts';
import type { Window } from '../model/window.ts';
import type { Store, StoreReader } from '../store/port.ts';

/** The server's day and ours may differ by one, and a sweep comes once a day. */
const MARGIN_DAYS = 2;

/**
 * The windows that were still being looked at again when the copy was made. What was changed upstream since is stamped
 * after the watermark and lies in the tail, however long ago that was; what came late or back-dated into the days before
 * it was found by sweeps that this copy has not seen, and that the days may be too old for by now.
 */
export async function dueWindows(
  reader: StoreReader,
  overlapDays: (source: string) => number,
): Promise<readonly Window[]> {
  const due: Window[] = [];
  for (const { id, watermark } of await reader.sources()) {
    if (watermark === null) continue;
    const oldest = addDays(watermark.slice(0, 10), -overlapDays(id) - MARGIN_DAYS);
    due.push(...(await reader.windows(id)).filter((window) => isSettledAfter(window, oldest)));
  }
  return due;
}

/** Has each of these windows looked at again by the next harvest. */
export async function lookAgain(
  store: Store,
  windows: readonly Window[],
  { uniqueId, now }: { readonly uniqueId: () => string; readonly now: number },
): Promise<void> {
  for (const window of windows) {
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
  }
}

function isSettledAfter({ to, state }: Window, oldest: string): boolean {
  return to !== null && to >= oldest && (state === 'SEALED' || state === 'VERIFIED');
}

/** A verified window has a second look to go back to; one that never had any is walked again. */
function dueAgain({ state }: Window) {
  return state === 'VERIFIED' ? { state: 'SEALED' as const } : { state: 'OPEN' as const, look: 1 };
}
