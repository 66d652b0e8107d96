import type { Clock } from '@holdfast/resilience/clock';
import type { Window } from '../model/window.ts';
import type { Lease, QuarantineEntry, Store } from '../store/port.ts';
import type { Source } from '../sources/port.ts';
import { HoldfastError } from '../model/error.ts';

/** What reading quarantined bytes again needs. */
export interface RedriveDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly uniqueId: () => string;
  /** The connector of a source, by its configured id. */
  readonly source: (id: string) => Source | undefined;
}

/** What a redrive did. */
export interface Redriven {
  readonly redriven: number;
  /** Entries that still cannot be read. */
  readonly left: number;
}

/**
 * Reads quarantined bytes again with today's parser, without asking the upstream. What is readable now goes
 * into the store by an ordinary commit, which settles its entry; the rest stays.
 */
export async function redrive(deps: RedriveDeps, numbers: readonly number[] | 'all'): Promise<Redriven> {
  const open = (await deps.store.quarantine()).filter(({ state }) => state !== 'redriven');
  const chosen = numbers === 'all' ? open : numbers.map((number) => named(open, number));
  let redriven = 0;
  for (const entry of chosen) if (await readAgain(entry, deps)) redriven += 1;
  return { redriven, left: chosen.length - redriven };
}

function named(open: readonly QuarantineEntry[], number: number): QuarantineEntry {
  const entry = open.find((candidate) => candidate.number === number);
  if (entry) return entry;
  throw new HoldfastError('ERR_NOT_QUARANTINED', `There is no open quarantine entry ${String(number)}.`, {
    hint: 'holdfast quarantine lists them.',
  });
}

async function readAgain(entry: QuarantineEntry, deps: RedriveDeps): Promise<boolean> {
  const { store, clock, uniqueId } = deps;
  const source = deps.source(entry.source);
  if (!source) return false;
  const items = source
    .redrive(entry.bytes, entry.contentType)
    .filter(({ id }) => entry.id === null || id === entry.id);
  if (items.length === 0) return false;
  const windows = await store.windows(entry.source);
  if (windows.length === 0) return false;
  const lease = await claimAny(windows, store);
  if (lease === null)
    throw new HoldfastError('ERR_STORE_LOCKED', 'Every window of the source is being worked on.', {
      hint: 'Try again in a moment.',
    });
  try {
    const { cursor } = lease.window;
    const page = {
      bytes: entry.bytes,
      url: entry.url,
      contentType: entry.contentType,
      fetchedAt: clock.now(),
    };
    await store.commit({
      lease,
      batchId: uniqueId(),
      prev: cursor,
      next: { cursor },
      page,
      items,
      bad: [],
      at: clock.now(),
    });
    await store.settleQuarantine(entry.number, 'redriven', null);
  } finally {
    await store.release(lease);
  }
  return true;
}

/** A window that carries the commit. One that is being harvested stays its harvester's: who claims it, fences it. */
async function claimAny(windows: readonly Window[], store: Store): Promise<Lease | null> {
  for (const { key } of windows) {
    const lease = await store.claim({ owner: 'redrive', window: key, ttlMs: 60_000 });
    if (lease !== null) return lease;
  }
  return null;
}
