import { ResilienceError } from '@holdfast/resilience';
import type { SqliteTx } from '@holdfast/resilience/operation/sqlite';
import { DatabaseSync } from 'node:sqlite';
import type { Letter } from './inbox-pages.ts';
import type { Match } from './match-pages.ts';
import type { Message } from './message-text.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS matches (id TEXT PRIMARY KEY, name TEXT NOT NULL, score REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS letters (id TEXT PRIMARY KEY, sender TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS messages (reference TEXT PRIMARY KEY, recipient TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS results (id TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL,
    about TEXT NOT NULL, letters INTEGER NOT NULL, written INTEGER NOT NULL, rating REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS summary (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT;`;

/** The tables of the examples. */
export type TableName = 'matches' | 'letters' | 'messages' | 'results' | 'summary';

/** Reads the tables of the examples. What writes them is a commit of an operation. */
export class Tables {
  readonly #database: DatabaseSync;

  /** Opens the file of a ledger and adds the tables that it lacks. */
  constructor(file: string) {
    try {
      this.#database = new DatabaseSync(file, { timeout: 5000 });
      this.#database.exec(schema);
    } catch (error) {
      throw unusable(file, error);
    }
  }

  count(table: TableName): number {
    return Number(this.#database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  }

  /** The gathered matches. */
  matches(): Match[] {
    const rows = this.#database.prepare('SELECT id, name, score FROM matches ORDER BY score DESC, id').all();
    return rows.map((row) => ({
      id: String(row['id']),
      name: String(row['name']),
      score: Number(row['score']),
    }));
  }

  /** All rows of a query, as texts. */
  texts(sql: string): string[][] {
    return this.#database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).map(String));
  }

  close(): void {
    this.#database.close();
  }
}

function unusable(file: string, cause: unknown): ResilienceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ResilienceError(`The ledger ${file} cannot be used: ${why}.`, {
    code: 'ERR_LEDGER_UNUSABLE',
    hint: 'Look whether its folder is there, may be written to and has room, or name another with --ledger.',
    cause,
  });
}

/** Stores matches; one that is there already is brought up to date. */
export function saveMatches(tx: SqliteTx, matches: readonly Match[]): void {
  const sql = `INSERT INTO matches (id, name, score) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, score = excluded.score`;
  for (const { id, name, score } of matches) tx.run(sql, id, name, score);
}

/** Stores a message of the inbox. */
export function saveLetter(tx: SqliteTx, { id, from, subject, body }: Letter): void {
  tx.run(
    'INSERT OR REPLACE INTO letters (id, sender, subject, body) VALUES (?, ?, ?, ?)',
    id,
    from,
    subject,
    body,
  );
}

/** Notes that a message was sent. */
export function saveMessage(tx: SqliteTx, { to, reference, body }: Message): void {
  tx.run(
    'INSERT OR REPLACE INTO messages (reference, recipient, body) VALUES (?, ?, ?)',
    reference,
    to,
    body,
  );
}
