import { createHash } from 'node:crypto';
import { HoldfastError } from '../model/error.ts';
import type { ImportCounts } from '../model/import.ts';
import type { Commit, CommitResult, Lease, Store } from '../store/port.ts';
import { windowKey } from '../model/window.ts';
import { NO_COUNTS, readCursor, sumCounts, writeCursor } from './import-cursor.ts';
import type { ImportCursor } from './import-cursor.ts';
import type { KnownSource } from './homes.ts';

const OWNER = 'import';
const LEASE_MS = 60_000;
/** A side window claims no day. */
const RANGE = { from: '1970-01-01', to: null } as const;
const FRESH = {
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
} as const;

/** The stream of the side windows of an import, by the absolute path of what is imported. */
export function importStream(path: string): string {
  return `~import/${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
}

/** What a window commits of one bundle. */
export type WindowCommit = Pick<Commit, 'page' | 'items' | 'packed' | 'bad' | 'at' | 'batchId'> & {
  readonly position: string;
  readonly seen: number;
  readonly bytesRead: number;
  /** Known before the commit; the store tells the rest. */
  readonly told: Pick<ImportCounts, 'repaired' | 'refused' | 'bad'>;
};

/** The window of an import at one source: where it stands, and the right to move it. */
export class SideWindow {
  readonly source: KnownSource;
  readonly #store: Store;
  readonly #lease: Lease;
  #text: string;
  #cursor: ImportCursor;

  private constructor(store: Store, source: KnownSource, lease: Lease, cursor: ImportCursor) {
    this.#store = store;
    this.source = source;
    this.#lease = lease;
    this.#text = lease.window.cursor;
    this.#cursor = cursor;
  }

  /**
   * Takes the window, creating it and its source's row when they are new. What stands in it is kept only when it is
   * of the same file.
   * @param anew begins at the start, whatever stands in it
   */
  static async open(
    store: Store,
    source: KnownSource,
    path: string,
    fresh: Pick<ImportCursor, 'stamp' | 'main' | 'position' | 'seen'>,
    anew: boolean,
  ): Promise<SideWindow> {
    const stream = importStream(path);
    await store.putSource(source.id, source.kind, {});
    await store.plan([{ ...FRESH, ...RANGE, source: source.id, stream }]);
    const window = windowKey(source.id, stream, RANGE);
    const lease = await store.claim({ owner: OWNER, window, ttlMs: LEASE_MS });
    if (lease === null) {
      throw new HoldfastError('ERR_STORE_LOCKED', 'This is being imported already.', {
        hint: 'Wait until it is done.',
      });
    }
    const found = readCursor(lease.window.cursor);
    const start = { ...fresh, bytesRead: 0, batch: null, counts: NO_COUNTS, done: false };
    const goesOn = !anew && found?.stamp === fresh.stamp;
    return new SideWindow(
      store,
      source,
      lease,
      goesOn ? { ...found, main: found.main || fresh.main } : start,
    );
  }

  get cursor(): ImportCursor {
    return this.#cursor;
  }

  /** Counts what the last commit of an import did that was cut off: its ledger tells it. */
  async recount(at: number): Promise<void> {
    const { batch } = this.#cursor;
    if (batch === null) return;
    const nothing = { page: null, items: [], bad: [], at };
    // The ledger knows the batch; were it not so, no cursor is this one and nothing is written.
    const commit = {
      lease: this.#lease,
      batchId: batch,
      prev: '\u0000',
      next: { cursor: '\u0000' },
      ...nothing,
    };
    const result = await this.#store.commit(commit).catch(() => null);
    if (result !== null) this.#count(result, batch);
  }

  async commit({
    position,
    seen,
    bytesRead,
    told,
    batchId,
    ...content
  }: WindowCommit): Promise<CommitResult> {
    const { counts } = this.#cursor;
    const next = {
      ...this.#cursor,
      position,
      seen,
      bytesRead,
      batch: batchId,
      counts: sumCounts(counts, { ...NO_COUNTS, ...told }),
    };
    const result = await this.#move(next, batchId, content);
    this.#count(result, batchId);
    return result;
  }

  /** Notes that everything is stored, or where a stop left it; with all counts. */
  async note(done: boolean, batchId: string, at: number): Promise<void> {
    const next = { ...this.#cursor, done, batch: null };
    await this.#move(next, batchId, { page: null, items: [], bad: [], at });
  }

  async release(): Promise<void> {
    await this.#store.release(this.#lease);
  }

  async #move(
    cursor: ImportCursor,
    batchId: string,
    content: Pick<Commit, 'page' | 'items' | 'packed' | 'bad' | 'at'>,
  ): Promise<CommitResult> {
    const text = writeCursor(cursor);
    const { added, changed, known } = cursor.counts;
    const next = {
      cursor: text,
      records: added + changed + known,
      reason: cursor.done ? 'imported' : 'being imported',
    };
    const result = await this.#store.commit({
      lease: this.#lease,
      batchId,
      prev: this.#text,
      next,
      ...content,
    });
    this.#text = text;
    this.#cursor = cursor;
    return result;
  }

  #count({ inserted, updated, restamped, unchanged }: CommitResult, batch: string): void {
    if (this.#cursor.batch !== batch) return;
    const brought = { ...NO_COUNTS, added: inserted, changed: updated, known: restamped + unchanged };
    this.#cursor = { ...this.#cursor, counts: sumCounts(this.#cursor.counts, brought), batch: null };
  }
}
