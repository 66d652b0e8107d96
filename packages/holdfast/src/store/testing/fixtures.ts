import { createHash } from 'node:crypto';
import type { VirtualClock } from '@holdfast/resilience/clock';
import type { Incident } from '../../model/incident.ts';
import type { BadItem, Item, PaperItem } from '../../model/item.ts';
import { normalise } from '../../model/normalise.ts';
import type { RawFields } from '../../model/normalise.ts';
import type { Commit, Lease, NewWindow, RawPage, Store, StoreReader } from '../port.ts';

/** What a conformance test works on. */
export interface Bench {
  readonly store: Store;
  readonly clock: VirtualClock;
  /** A reader of its own, as another process has one; the store itself where there is none. */
  readonly reader: () => StoreReader;
  readonly dispose: () => Promise<void>;
}

/** A sentence and what proves it. */
export type Case = readonly [name: string, prove: (bench: Bench) => Promise<void>];

/** A window of the source `s`. */
export function newWindow(change: Partial<NewWindow> = {}): NewWindow {
  return {
    source: 's',
    stream: 'list',
    from: '2024-01-01',
    to: '2024-01-08',
    lane: 'backfill',
    state: 'OPEN',
    look: 1,
    cursor: '',
    nextAt: null,
    attempts: 0,
    reason: '',
    serverDate: null,
    lookedAt: null,
    records: 0,
    pages: 0,
    ...change,
  };
}

/** Full metadata of a record of a source without versions. */
export function paper(fields: RawFields, datestamp = '2024-01-02', more: Partial<PaperItem> = {}): PaperItem {
  return {
    type: 'paper',
    id: fields.id,
    datestamp,
    place: null,
    fields: normalise(fields),
    unknown: [],
    ...more,
  };
}

/** A page whose bytes are the text. */
export function page(content: string): RawPage {
  return {
    bytes: Buffer.from(content),
    url: 'http://127.0.0.1/oai',
    contentType: 'text/xml',
    fetchedAt: 1000,
  };
}

/** Bytes that do not compress, the same for a seed. */
export function noise(seed: number, length: number): Buffer {
  return Buffer.from(createHash('shake256', { outputLength: length }).update(String(seed)).digest());
}

/** A record that could not be parsed. */
export function bad(id: string | null, content: string, datestamp: string | null = null): BadItem {
  const bytes = Buffer.from(content);
  return { id, datestamp, code: 'ERR_XML', reason: 'A tag is not closed.', bytes, place: null };
}

/** An outage of `export.example.org` that lasts. */
export function incident(change: Partial<Incident> = {}): Incident {
  return {
    id: 'incident',
    cause: 'outage',
    scope: 'export.example.org',
    layer: 'connection',
    summary: 'The host does not answer.',
    sources: ['s'],
    startedAt: 1,
    detectedAt: 2,
    recoveredAt: null,
    count: 1,
    actions: [],
    nextAttemptAt: null,
    recordsAffected: 0,
    ...change,
  };
}

let batches = 0;

/** A commit under the lease that moves the cursor on. */
export function commitOf(lease: Lease, change: Partial<Commit> = {}): Commit {
  batches += 1;
  const prev = change.prev ?? lease.window.cursor;
  return {
    lease,
    batchId: `batch-${batches}`,
    prev,
    next: { cursor: `${prev}+` },
    page: null,
    items: [],
    bad: [],
    at: 5000,
    ...change,
  };
}

/** Plans a window and takes its lease. */
export async function leased(
  store: Store,
  change: Partial<NewWindow> = {},
  owner = 'engine-1',
): Promise<Lease> {
  const window = newWindow(change);
  await store.putSource(window.source, 'oai-pmh', {});
  await store.plan([window]);
  const key = `${window.source}/${window.stream}/${window.from}..${window.to ?? ''}`;
  const lease = await store.claim({ owner, window: key, ttlMs: 60_000 });
  if (!lease) throw new Error(`the window ${key} could not be claimed`);
  return lease;
}

/** Commits batch after batch in one window. */
export class Harvest {
  readonly #store: Store;
  readonly #lease: Lease;
  #cursor: string;

  constructor(store: Store, lease: Lease) {
    this.#store = store;
    this.#lease = lease;
    this.#cursor = lease.window.cursor;
  }

  async add(items: readonly Item[], change: Partial<Commit> = {}) {
    const commit = commitOf(this.#lease, { items, prev: this.#cursor, ...change });
    const result = await this.#store.commit(commit);
    this.#cursor = commit.next.cursor;
    return result;
  }
}

/** All of an asynchronous list. */
export async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}
