import type { DatabaseSync } from 'node:sqlite';
import { LedgerError } from './ledger-error.ts';

/** What SQLite takes and gives. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** A row by the names of its columns. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** What a commit writes with, in the transaction of its entry. Only valid while `write` runs. */
export interface SqliteTx {
  /** Runs one statement. */
  run(
    sql: string,
    ...values: readonly SqliteValue[]
  ): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(sql: string, ...values: readonly SqliteValue[]): SqliteRow | undefined;
  all(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[];
}

/**
 * Calls `write` within the open transaction.
 * @throws LedgerError `ERR_LEDGER_ASYNC_WRITE` when it is asynchronous: what it did after its first await would be
 *   outside of the transaction. `ERR_LEDGER_TRANSACTION` when it ended the transaction.
 */
export function writeWithin(database: DatabaseSync, write: (tx: SqliteTx) => unknown): void {
  let isOver = false;
  const open = (): DatabaseSync => {
    if (isOver) throw transactionError('The transaction of this commit is over.');
    return database;
  };
  try {
    const answer = write({
      run: (sql, ...values) => {
        const { changes, lastInsertRowid } = open()
          .prepare(sql)
          .run(...values);
        return { changes: Number(changes), lastInsertRowid };
      },
      get: (sql, ...values) =>
        open()
          .prepare(sql)
          .get(...values),
      all: (sql, ...values) =>
        open()
          .prepare(sql)
          .all(...values),
    });
    refuseLater(answer);
    if (!database.isTransaction) throw transactionError('The commit ended the transaction it was given.');
  } finally {
    isOver = true;
  }
}

function refuseLater(answer: unknown): void {
  if (typeof answer !== 'object' || answer === null || !('then' in answer)) return;
  // What it throws later follows from its being refused here, which is told by the error below.
  Promise.resolve(answer).catch(() => undefined);
  throw new LedgerError('A commit of this ledger must be synchronous, and this one returned a promise.', {
    code: 'ERR_LEDGER_ASYNC_WRITE',
    hint: 'Fetch in a step what has to be written, and only write in the commit.',
  });
}

function transactionError(message: string): LedgerError {
  return new LedgerError(message, {
    code: 'ERR_LEDGER_TRANSACTION',
    hint: 'Use tx only while the commit runs, without BEGIN, COMMIT or ROLLBACK.',
  });
}
