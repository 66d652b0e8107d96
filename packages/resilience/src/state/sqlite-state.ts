import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { HeldLocks } from './held-locks.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { isBusy } from './sqlite-busy.ts';
import { lockFile } from './sqlite-lock.ts';
import type { JsonValue, LockOptions, Release, StateStore } from './state-store.ts';

export interface SqliteStateOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A writer of another process holds the file for milliseconds; after this long something is wrong. */
const BUSY_PATIENCE_MS = 30_000;
const BUSY_POLL_MS = 5;

/**
 * State shared by all processes of a machine: updates are atomic and locks exclude across processes, and
 * both survive a crash. `path` is a database file (`.db`, `.sqlite`) or a folder for one. The folder must be on
 * a local disk.
 */
export function sqliteState(path: string, options: SqliteStateOptions = {}): StateStore {
  return new SqliteState(path, options.clock ?? systemClock, options.random ?? systemRandom);
}

class SqliteState implements StateStore {
  readonly #database: DatabaseSync;
  readonly #lockFolder: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #held = new HeldLocks();
  /** One connection has one transaction at a time. */
  readonly #queue = new KeyedMutex();

  constructor(path: string, clock: Clock, random: Random) {
    const file = /\.(db|sqlite3?)$/.test(path) ? resolve(path) : resolve(path, 'state.db');
    this.#lockFolder = join(dirname(file), 'locks');
    this.#clock = clock;
    this.#random = random;
    mkdirSync(this.#lockFolder, { recursive: true });
    this.#database = openDatabase(file);
  }

  async get(key: string): Promise<JsonValue | undefined> {
    return this.#read(key);
  }

  async update(
    key: string,
    change: (current: JsonValue | undefined) => JsonValue | undefined,
  ): Promise<JsonValue | undefined> {
    const leaveQueue = await this.#queue.acquire('update');
    try {
      await this.#begin();
      return this.#commit(key, change);
    } finally {
      leaveQueue();
    }
  }

  async lock(key: string, options: LockOptions = {}): Promise<Release> {
    const free = await lockFile(key, options.signal, {
      folder: this.#lockFolder,
      clock: this.#clock,
      random: this.#random,
    });
    return this.#held.add(free);
  }

  async close(): Promise<void> {
    await this.#held.releaseAll();
    if (this.#database.isOpen) this.#database.close();
  }

  #commit(
    key: string,
    change: (current: JsonValue | undefined) => JsonValue | undefined,
  ): JsonValue | undefined {
    try {
      const current = this.#read(key);
      const next = change(current);
      if (next !== current) this.#write(key, next);
      this.#database.exec('COMMIT');
      return next;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const start = this.#clock.monotonic();
    for (;;) {
      try {
        this.#database.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || this.#clock.monotonic() - start > BUSY_PATIENCE_MS) throw error;
      }
      await this.#clock.sleep(BUSY_POLL_MS * (1 + this.#random.next()));
    }
  }

  #read(key: string): JsonValue | undefined {
    const row = this.#database.prepare('SELECT value FROM state WHERE key = ?').get(key);
    const text = row?.['value'];
    return typeof text === 'string' ? (JSON.parse(text) as JsonValue) : undefined;
  }

  #write(key: string, value: JsonValue | undefined): void {
    if (value === undefined) this.#database.prepare('DELETE FROM state WHERE key = ?').run(key);
    else {
      this.#database
        .prepare(
          'INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        )
        .run(key, JSON.stringify(value));
    }
  }
}

function openDatabase(file: string): DatabaseSync {
  // Opening may meet another process that opens the file for the first time, and waits for it.
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(
      'CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
    );
    // From now on waiting is ours: SQLite's own would stop the event loop.
    database.exec('PRAGMA busy_timeout = 0');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
