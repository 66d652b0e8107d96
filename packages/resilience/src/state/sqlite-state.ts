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

/** Time and randomness of the waiting for other processes; default the real ones. */
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
  readonly #file: string;
  readonly #lockFolder: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #held = new HeldLocks();
  /** One connection has one transaction at a time. */
  readonly #queue = new KeyedMutex();
  #database: DatabaseSync | undefined;

  constructor(path: string, clock: Clock, random: Random) {
    this.#file = /\.(db|sqlite3?)$/.test(path) ? resolve(path) : resolve(path, 'state.db');
    this.#lockFolder = join(dirname(this.#file), 'locks');
    this.#clock = clock;
    this.#random = random;
    mkdirSync(this.#lockFolder, { recursive: true });
  }

  async get(key: string): Promise<JsonValue | undefined> {
    return await this.#patiently(() => read(this.#connection(), key));
  }

  async update(
    key: string,
    change: (current: JsonValue | undefined) => JsonValue | undefined,
  ): Promise<JsonValue | undefined> {
    const leaveQueue = await this.#queue.acquire('update');
    try {
      await this.#patiently(() => this.#connection().exec('BEGIN IMMEDIATE'));
      return commit(this.#connection(), key, change);
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
    const leaveQueue = await this.#queue.acquire('update');
    this.#database?.close();
    this.#database = undefined;
    leaveQueue();
  }

  #connection(): DatabaseSync {
    this.#database ??= openDatabase(this.#file);
    return this.#database;
  }

  /** Repeats while another process is in the way. SQLite's own waiting would stop the event loop. */
  async #patiently<T>(action: () => T): Promise<T> {
    const start = this.#clock.monotonic();
    for (;;) {
      try {
        return action();
      } catch (error) {
        if (!isBusy(error) || this.#clock.monotonic() - start > BUSY_PATIENCE_MS) throw error;
      }
      await this.#clock.sleep(BUSY_POLL_MS * (1 + this.#random.next()));
    }
  }
}

/** Ends the transaction that was begun. */
function commit(
  database: DatabaseSync,
  key: string,
  change: (current: JsonValue | undefined) => JsonValue | undefined,
): JsonValue | undefined {
  try {
    const current = read(database, key);
    const next = change(current);
    if (next !== current) write(database, key, next);
    database.exec('COMMIT');
    return next;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function read(database: DatabaseSync, key: string): JsonValue | undefined {
  const text = database.prepare('SELECT value FROM state WHERE key = ?').get(key)?.['value'];
  return typeof text === 'string' ? (JSON.parse(text) as JsonValue) : undefined;
}

function write(database: DatabaseSync, key: string, value: JsonValue | undefined): void {
  if (value === undefined) {
    database.prepare('DELETE FROM state WHERE key = ?').run(key);
    return;
  }
  database
    .prepare(
      'INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
    .run(key, JSON.stringify(value));
}

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
