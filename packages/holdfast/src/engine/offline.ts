import { randomUUID } from 'node:crypto';
import { systemClock } from '@holdfast/resilience/clock';
import type { Config } from '../config/config.ts';
import type { Store } from '../store/port.ts';
import { acknowledge } from './acknowledge.ts';
import { openConfiguredStore } from './open-store.ts';
import { redrive, type Redriven } from './redrive.ts';
import { makeSource } from './source-factory.ts';

/** What the command line does itself when no engine runs; it holds the store's lock meanwhile. */
export interface Offline {
  readonly store: Store;
  redrive(numbers: readonly number[] | 'all'): Promise<Redriven>;
  ack(id: string, note: string): Promise<boolean>;
  /** Makes every wait of a source's windows and gaps end, so that the next engine asks at once. */
  retry(source: string): Promise<boolean>;
  close(): Promise<void>;
}

/** @throws `ERR_STORE_LOCKED` when an engine runs after all */
export async function openOffline(config: Config): Promise<Offline> {
  const store = await openConfiguredStore(config, systemClock);
  const source = (id: string): ReturnType<typeof makeSource> | undefined => {
    const found = config.sources.find((candidate) => candidate.id === id);
    return found === undefined ? undefined : makeSource(found);
  };
  return {
    store,
    redrive: (numbers) => redrive({ store, clock: systemClock, uniqueId: randomUUID, source }, numbers),
    ack: (id, note) => acknowledge(store, id, note, systemClock.now()),
    retry: (id) => makeDue(store, id),
    close: () => store.close(),
  };
}

async function makeDue(store: Store, source: string): Promise<boolean> {
  const windows = await store.windows(source);
  for (const window of windows.filter(({ nextAt }) => nextAt !== null)) {
    const lease = await store.claim({ owner: 'engine', window: window.key, ttlMs: 60_000 });
    if (lease === null) continue;
    const { cursor } = lease.window;
    await store.commit({
      lease,
      batchId: randomUUID(),
      prev: cursor,
      next: { cursor, nextAt: null },
      page: null,
      items: [],
      bad: [],
      at: systemClock.now(),
    });
    await store.release(lease);
  }
  const gaps = (await store.gaps(source)).map(({ source: _source, since: _since, ...gap }) => ({
    ...gap,
    nextAt: null,
  }));
  await store.putGaps(source, gaps, systemClock.now());
  return windows.length > 0;
}
