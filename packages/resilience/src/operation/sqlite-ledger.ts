import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import { InvalidOptionError } from '../errors.ts';
import { around } from './entry-path.ts';
import { LedgerFencedError, OperationBusyError } from './ledger-error.ts';
import { ledgerFailure } from './ledger-failure.ts';
import type { Ledger, LedgerClaim, LedgerEntry, LedgerRun } from './ledger.ts';
import { settled } from './settle.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { takeOwnership } from './sqlite-owner.ts';
import { fenceOf, nextFence, readEntries, readRun, readRuns, writeEntry, writeRun } from './sqlite-rows.ts';
import { writeWithin } from './sqlite-tx.ts';
import type { SqliteTx } from './sqlite-tx.ts';

/** Time of the entries and of waiting for other writers; default the real one. */
export interface SqliteLedgerOptions {
  readonly clock?: Clock;
}

/**
 * A ledger in a database file on a local disk, which may hold tables of your own: commits write them in the
 * transaction of their entry. Every write is on the disk when it resolves. Owners are told apart by a lock of the
 * operating system beside the file (`FILE-locks/`), so that a run whose process was killed is taken over at once.
 */
export function sqliteLedger(path: string, options: SqliteLedgerOptions = {}): Ledger<SqliteTx> {
  if (typeof path !== 'string' || path === '' || path === ':memory:') {
    throw new InvalidOptionError('path', 'must be that of a file; memoryLedger() needs none');
  }
  return new SqliteLedger(resolve(path), options.clock ?? systemClock);
}

class SqliteLedger implements Ledger<SqliteTx> {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #connection: SqliteConnection;
  readonly #owned = new Set<() => void>();

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.#connection = new SqliteConnection(file, clock);
  }

  async claim(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<LedgerClaim<SqliteTx>> {
    options.signal?.throwIfAborted();
    const free = this.#own(key);
    try {
      const claimed = await this.#connection.transaction((database) =>
        begin(database, key, this.#clock.now()),
      );
      options.signal?.throwIfAborted();
      return this.#claimOf(claimed.run, claimed.fence, free);
    } catch (error) {
      free();
      throw error;
    }
  }

  runs(prefix = ''): Promise<readonly LedgerRun[]> {
    return this.#connection.read((database) => readRuns(database, prefix));
  }

  entries(key: string): Promise<readonly LedgerEntry[]> {
    return this.#connection.read((database) => readEntries(database, key));
  }

  settle(key: string, path: string, decision: 'done' | 'not-done'): Promise<void> {
    return this.#whileOwned(key, (database) => {
      const entries = new Map(readEntries(database, key).map((entry) => [entry.path, entry]));
      const entry = settled(key, path, entries.get(path), decision);
      writeEntry(database, key, { ...entry, at: this.#clock.now() });
      if (decision === 'done') return;
      for (const item of around(path).map((scope) => entries.get(scope))) {
        if (item?.kind === 'item') writeEntry(database, key, { ...item, state: 'withdrawn' });
      }
      database.prepare(`UPDATE holdfast_run SET state = 'running', value = NULL WHERE key = ?`).run(key);
    });
  }

  forget(key: string): Promise<void> {
    return this.#whileOwned(key, (database) => {
      database.prepare('DELETE FROM holdfast_entry WHERE key = ?').run(key);
      database.prepare('DELETE FROM holdfast_run WHERE key = ?').run(key);
    });
  }

  async close(): Promise<void> {
    this.#connection.close();
    for (const free of this.#owned) free();
  }

  #own(key: string): () => void {
    const unlock = this.#lock(key);
    if (unlock === undefined) throw new OperationBusyError(key);
    const free = (): void => {
      if (this.#owned.delete(free)) unlock();
    };
    this.#owned.add(free);
    return free;
  }

  #lock(key: string): (() => void) | undefined {
    try {
      return takeOwnership(`${this.#file}-locks`, key);
    } catch (error) {
      throw ledgerFailure(this.#file, error);
    }
  }

  async #whileOwned(key: string, change: (database: DatabaseSync) => void): Promise<void> {
    const free = this.#own(key);
    try {
      await this.#connection.transaction(change);
    } finally {
      free();
    }
  }

  #claimOf(run: LedgerRun, fence: number, free: () => void): LedgerClaim<SqliteTx> {
    const { key } = run;
    const fenced = (change: (database: DatabaseSync) => void): Promise<void> =>
      this.#connection.transaction((database) => {
        if (!this.#owned.has(free) || fenceOf(database, key) !== fence) throw new LedgerFencedError(key);
        change(database);
      });
    return {
      run,
      entries: () => this.entries(key),
      put: (entry) => fenced((database) => writeEntry(database, key, entry)),
      commit: (entry, write) =>
        fenced((database) => {
          writeEntry(database, key, entry);
          writeWithin(database, write);
        }),
      finish: (value) =>
        fenced((database) => {
          const { value: _, ...open } = run;
          const done = { ...open, state: 'done' as const, updatedAt: this.#clock.now() };
          writeRun(database, value === undefined ? done : { ...done, value }, fence);
        }),
      release: async () => free(),
    };
  }
}

function begin(
  database: DatabaseSync,
  key: string,
  now: number,
): { readonly run: LedgerRun; readonly fence: number } {
  const fence = nextFence(database);
  const known = readRun(database, key) ?? {
    key,
    state: 'running',
    starts: 0,
    startedAt: now,
    updatedAt: now,
  };
  const starts = known.state === 'done' ? known.starts : known.starts + 1;
  const run = { ...known, starts, updatedAt: now };
  writeRun(database, run, fence);
  return { run, fence };
}
