import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from './ledger-error.ts';

/** Older ones can lose commits when two processes share a WAL (sqlite.org/wal.html#walresetbug). */
const SAFE_WAL = [3, 51, 3] as const;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS holdfast_ledger (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
  INSERT INTO holdfast_ledger (name, number) VALUES ('schema', ${SCHEMA_VERSION}), ('fence', 0)
    ON CONFLICT DO NOTHING;
  CREATE TABLE IF NOT EXISTS holdfast_run (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('running', 'done')),
    starts INTEGER NOT NULL,
    value TEXT,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    fence INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS holdfast_entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('intent', 'withdrawn', 'done', 'in-doubt')),
    position INTEGER NOT NULL,
    value TEXT,
    effect_id TEXT,
    doubt TEXT,
    at INTEGER NOT NULL,
    UNIQUE (key, path)
  ) STRICT;`;

/** How durable commits are made: by write-ahead log where this SQLite does that safely, else by rollback journal. */
export function journalFor(version: string): {
  readonly mode: 'wal' | 'delete';
  readonly synchronous: number;
} {
  const numbers = version.split('.').map(Number);
  const differing = SAFE_WAL.findIndex((safe, index) => numbers[index] !== safe);
  const isSafe = differing === -1 || (numbers[differing] ?? 0) > (SAFE_WAL[differing] ?? 0);
  // A rollback journal is durable with EXTRA (3) only: its folder has to be synced too.
  return isSafe ? { mode: 'wal', synchronous: 2 } : { mode: 'delete', synchronous: 3 };
}

/**
 * Opens a ledger's file, making it and its tables; what was set is read back.
 * @throws LedgerError `ERR_LEDGER_UNSAFE`, `ERR_LEDGER_VERSION`; SQLite's error when somebody is writing just now.
 */
export function openLedgerFile(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    setPragmas(database, file);
    setSchema(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function setPragmas(database: DatabaseSync, file: string): void {
  const version = String(database.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  const { mode, synchronous } = journalFor(version);
  const wanted: Readonly<Record<string, string | number>> = {
    journal_mode: mode,
    synchronous,
    fullfsync: 1,
    checkpoint_fullfsync: 1,
  };
  for (const [name, value] of Object.entries(wanted)) {
    database.exec(`PRAGMA ${name} = ${value}`);
    const is = database.prepare(`PRAGMA ${name}`).get()?.[name];
    if (is !== value) {
      throw new LedgerError(
        `The ledger ${file} cannot be written safely: ${name} is ${String(is)} instead of ${value}.`,
        {
          code: 'ERR_LEDGER_UNSAFE',
          hint: 'Put it on a local disk, and close programs that have the file open.',
        },
      );
    }
  }
}

function setSchema(database: DatabaseSync, file: string): void {
  const known = database
    .prepare(
      `SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 'holdfast\\_%' ESCAPE '\\' AND type = 'table'`,
    )
    .get()?.['n'];
  if (known !== 3) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
  const version = database.prepare(`SELECT number FROM holdfast_ledger WHERE name = 'schema'`).get()?.[
    'number'
  ];
  if (version === SCHEMA_VERSION) return;
  throw new LedgerError(`The ledger ${file} was written by another version of this library.`, {
    code: 'ERR_LEDGER_VERSION',
    hint: 'Use the version that wrote it, or another file.',
  });
}
