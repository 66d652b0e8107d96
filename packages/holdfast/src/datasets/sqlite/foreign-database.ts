import { DatabaseSync } from 'node:sqlite';
import { DatasetError } from '../dataset-error.ts';
import { chooseTable } from '../table-choice.ts';

/** A row of a table as it was stored; integers that a float cannot hold are text. */
export type TableRow = Readonly<Record<string, unknown>>;

const SAMPLE = 200;
const ROWID = '_holdfast_rowid';

/** A database that somebody left; opened for reading alone, and nothing in it is trusted. */
export class ForeignDatabase {
  readonly #db: DatabaseSync;
  readonly table: string;
  /** Rows have numbers of their own to go on after; those of another table are counted, in one walk through it. */
  readonly #keyed: boolean;
  #walk: { after: number; readonly rows: Iterator<unknown> } | null = null;

  /** @throws DatasetError `ERR_DATASET_UNKNOWN` when no table has identifiers, `ERR_DATASET_UNREADABLE` */
  constructor(path: string) {
    this.#db = opened(path);
    try {
      this.table = this.#choose(path);
      this.#keyed = this.#hasRowId(this.table);
    } catch (error) {
      this.#db.close();
      throw error instanceof DatasetError ? error : unreadable(path, error);
    }
  }

  /** Rows after one of them, by its number; with their numbers. */
  rows(after: number, limit: number): readonly { readonly number: number; readonly row: TableRow }[] {
    const from = quoted(this.table);
    if (!this.#keyed)
      return this.#walkOn(after, limit).map((row, index) => ({
        number: after + index + 1,
        row: plainRow(row),
      }));
    const sql = `SELECT rowid AS ${ROWID}, * FROM ${from} WHERE rowid > ? ORDER BY rowid LIMIT ?`;
    return this.#all(sql, after, limit).map(({ [ROWID]: key, ...row }) => ({
      number: Number(key),
      row: plainRow(row),
    }));
  }

  /** An offset for each batch would read the table again for each of them. */
  #walkOn(after: number, limit: number): readonly Record<string, unknown>[] {
    if (this.#walk?.after !== after) {
      this.#walk?.rows.return?.();
      const statement = this.#db.prepare(`SELECT * FROM ${quoted(this.table)} LIMIT -1 OFFSET ?`);
      statement.setReadBigInts(true);
      this.#walk = { after, rows: statement.iterate(after) };
    }
    const rows: Record<string, unknown>[] = [];
    while (rows.length < limit) {
      const next = this.#walk.rows.next();
      if (next.done === true) break;
      rows.push(next.value as Record<string, unknown>);
    }
    this.#walk.after += rows.length;
    return rows;
  }

  close(): void {
    this.#walk?.rows.return?.();
    this.#db.close();
  }

  #choose(path: string): string {
    const names = this.#all(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT 500",
    ).map(({ name }) => String(name));
    const samples = names.flatMap((name) => this.#sample(name));
    const chosen = chooseTable(samples);
    if (chosen !== null) return chosen.name;
    throw new DatasetError(
      'ERR_DATASET_UNKNOWN',
      `${path} is an SQLite database, but no table of it has a column of identifiers.`,
      `Looked into ${names.length} tables for arXiv ids, DOIs and OAI identifiers.`,
    );
  }

  #sample(name: string): { name: string; rows: readonly TableRow[]; size: number }[] {
    try {
      const rows = this.#all(`SELECT * FROM ${quoted(name)} LIMIT ?`, SAMPLE).map(plainRow);
      return [{ name, rows, size: rows.length }];
    } catch {
      // A virtual table whose module is not here.
      return [];
    }
  }

  /** Numbers from 1 that a float holds: others, and a column that only has that name, are no place to go on after. */
  #hasRowId(name: string): boolean {
    const from = quoted(name);
    try {
      const columns = this.#all(`PRAGMA table_info(${from})`).map((column) => String(column['name']));
      if (columns.some((column) => column.toLowerCase() === 'rowid')) return false;
      const [ends] = this.#all(
        `SELECT (SELECT min(rowid) FROM ${from}) AS first, (SELECT max(rowid) FROM ${from}) AS last`,
      );
      const { first, last } = ends ?? {};
      if (typeof first !== 'bigint' || typeof last !== 'bigint') return false;
      return first > 0n && last <= BigInt(Number.MAX_SAFE_INTEGER);
    } catch {
      return false;
    }
  }

  #all(sql: string, ...values: readonly (string | number)[]): readonly Record<string, unknown>[] {
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all(...values);
  }
}

function opened(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { readOnly: true, allowExtension: false, defensive: true });
    db.exec('PRAGMA trusted_schema = OFF');
    db.exec('PRAGMA query_only = ON');
    return db;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): DatasetError {
  return new DatasetError(
    'ERR_DATASET_UNREADABLE',
    `${path} cannot be read as an SQLite database.`,
    'It may be damaged or locked, or its -wal file may be missing.',
    cause,
  );
}

/** Numbers keep what they are: a whole number that a float cannot hold is text. */
function plainRow(row: Readonly<Record<string, unknown>>): TableRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'bigint') return [name, value];
      return [name, Number.isSafeInteger(Number(value)) ? Number(value) : String(value)];
    }),
  );
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
