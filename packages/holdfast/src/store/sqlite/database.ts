import * as sqlite from 'node:sqlite';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { HoldfastError } from '../../model/error.ts';
import { diskShare } from '../rules/disk-share.ts';
import { ROW_CHECK, rowCheck } from './row-check.ts';

// Node 26 gives the class its new name; before that there is only the old one.
const Native: typeof DatabaseSync =
  (sqlite as unknown as { Database?: typeof DatabaseSync }).Database ?? sqlite.DatabaseSync;

/** SQLite below this version can lose commits when two processes share a WAL (sqlite.org/wal.html#walresetbug). */
const SAFE_SQLITE = '3.51.3';
/** How long a statement waits for another writer, ms. */
export const BUSY_TIMEOUT_MS = 5000;

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** How a connection is opened. */
export interface OpenOptions {
  readonly readOnly?: boolean;
  /** Budget in bytes for the file and its log; beyond the file's share of it a write fails as on a full disk. */
  readonly maxBytes?: number;
}

const PRAGMAS = {
  synchronous: 2,
  fullfsync: 1,
  checkpoint_fullfsync: 1,
  busy_timeout: BUSY_TIMEOUT_MS,
  wal_autocheckpoint: 1000,
  journal_size_limit: 64 * 1024 * 1024,
  cache_size: -64_000,
  mmap_size: 0,
} as const;

/** 16 KB pages commit half as fast again as the default of 4 KB. */
const PAGE_SIZE = 16_384;
/** What SQLite can address, and its default. */
const MOST_PAGES = 4_294_967_294;

/** One connection: prepared statements are kept, integers of `seq` and fence are read as bigint. */
export class Connection {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #bigStatements = new Map<string, StatementSync>();
  readonly #arrayStatements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    const options = { varargs: true, deterministic: true, useBigIntArguments: true };
    db.function(ROW_CHECK, options, (...values) => rowCheck(values));
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  all(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.#statement(sql).all(...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  /** Every integer of the rows is a bigint. */
  allBig(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.bigStatement(sql).all(...values);
  }

  getBig(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.bigStatement(sql).get(...values);
  }

  /** Rows as arrays in the order of the columns, integers as bigint: twice as fast as objects. */
  arrays(sql: string, ...values: SQLInputValue[]): readonly (readonly unknown[])[] {
    return this.#cached(this.#arrayStatements, sql, true, true).all(...values) as unknown as unknown[][];
  }

  /** Returns how many rows were changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Returns the number of the row that was inserted. */
  insert(sql: string, ...values: SQLInputValue[]): bigint {
    return BigInt(this.bigStatement(sql).run(...values).lastInsertRowid);
  }

  close(): void {
    this.#statements.clear();
    this.#bigStatements.clear();
    this.#arrayStatements.clear();
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
    return this.#cached(this.#statements, sql, false);
  }

  bigStatement(sql: string): StatementSync {
    return this.#cached(this.#bigStatements, sql, true);
  }

  #cached(statements: Map<string, StatementSync>, sql: string, big: boolean, arrays = false): StatementSync {
    const known = statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(big);
    statement.setReturnArrays(arrays);
    statements.set(sql, statement);
    return statement;
  }
}

/**
 * Opens the store's file for writing (creating it) or reading; every pragma is set and read back.
 * @throws HoldfastError `ERR_STORE_UNSAFE` when a setting does not hold or SQLite is too old to write.
 */
export function openConnection(file: string, options: OpenOptions = {}): Connection {
  const readOnly = options.readOnly ?? false;
  const connection = openPlain(file, { readOnly, timeout: BUSY_TIMEOUT_MS });
  try {
    if (readOnly) setReading(connection);
    else setWriting(connection, options.maxBytes);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Opens any database file as it is, without the store's settings (the lock, a copy, a look at its version). */
export function openPlain(file: string, options: { readOnly?: boolean; timeout?: number } = {}): Connection {
  const { readOnly = false, timeout = 0 } = options;
  return new Connection(new Native(file, { readOnly, timeout, defensive: true }));
}

/** @throws HoldfastError `ERR_STORE_UNSAFE` when this SQLite may not write. */
export function assertSafeVersion(version: string): void {
  const parts = (text: string): number[] => text.split('.').map(Number);
  const [have, need] = [parts(version), parts(SAFE_SQLITE)];
  const differing = need.findIndex((number, index) => have[index] !== number);
  if (differing === -1 || (have[differing] ?? 0) > (need[differing] ?? 0)) return;
  throw new HoldfastError(
    'ERR_STORE_UNSAFE',
    `SQLite ${version} can lose committed data when two processes share a store; ${SAFE_SQLITE} or newer is needed to write.`,
    { hint: 'Use a Node release that carries its own, newer SQLite (24.15 or later from nodejs.org).' },
  );
}

function setWriting(connection: Connection, maxBytes: number | undefined): void {
  assertSafeVersion(String(connection.get('SELECT sqlite_version() AS version')?.['version']));
  connection.exec(`PRAGMA page_size = ${PAGE_SIZE}`);
  // Holds for a file that is created now, and for one that is written anew by VACUUM; any other stays as it is.
  connection.exec('PRAGMA auto_vacuum = INCREMENTAL');
  expectPragma(connection, 'journal_mode', 'wal', "PRAGMA journal_mode = 'wal'");
  for (const [name, value] of Object.entries(PRAGMAS)) setPragma(connection, name, value);
  expectPragma(connection, 'page_size', PAGE_SIZE, 'PRAGMA page_size');
  if (maxBytes !== undefined) boundFile(connection, maxBytes);
}

/** Bounds the file to its share of a budget (bytes), or to nothing; what is there already stays. */
export function boundFile(connection: Connection, maxBytes: number | null): void {
  const pages = maxBytes === null ? MOST_PAGES : Math.floor(diskShare(maxBytes).file / PAGE_SIZE);
  connection.exec(`PRAGMA max_page_count = ${Math.max(1, pages)}`);
}

function setReading(connection: Connection): void {
  setPragma(connection, 'busy_timeout', PRAGMAS.busy_timeout);
  setPragma(connection, 'cache_size', PRAGMAS.cache_size);
  setPragma(connection, 'mmap_size', PRAGMAS.mmap_size);
  setPragma(connection, 'query_only', 1);
}

function setPragma(connection: Connection, name: string, value: number): void {
  connection.exec(`PRAGMA ${name} = ${value}`);
  expectPragma(connection, name, value, `PRAGMA ${name}`);
}

/** Reads a setting back: builds of SQLite differ in what they silently ignore. */
function expectPragma(connection: Connection, name: string, expected: string | number, sql: string): void {
  const answer = Object.values(connection.get(sql) ?? {})[0];
  if (answer === expected) return;
  throw new HoldfastError(
    'ERR_STORE_UNSAFE',
    `The store's setting ${name} should be ${expected}, but SQLite reports ${String(answer)}.`,
    { hint: 'Put the store on a local disk, and use a Node release that carries its own SQLite.' },
  );
}

/** The settings as SQLite reports them on this connection. */
export function readSettings(connection: Connection): Readonly<Record<string, string | number>> {
  const settings: Record<string, string | number> = {};
  for (const name of ['journal_mode', 'page_size', 'auto_vacuum', ...Object.keys(PRAGMAS)]) {
    const value = Object.values(connection.get(`PRAGMA ${name}`) ?? {})[0];
    settings[name] = typeof value === 'number' ? value : String(value);
  }
  settings['sqlite_version'] = String(connection.get('SELECT sqlite_version() AS version')?.['version']);
  return settings;
}
