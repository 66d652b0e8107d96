import type { Connection } from './database.ts';

/** Where a transaction failed: before COMMIT was sent, or at it, when its outcome is not known. */
export type Phase = 'work' | 'commit';

/**
 * Runs `work`, which must not wait for anything, in one write transaction. It takes the write lock at once: a
 * transaction that reads first and then writes fails whenever another one came between.
 * @param onFailure told where it failed, after the rollback.
 */
export function transaction<Result>(
  connection: Connection,
  work: () => Result,
  onFailure?: (phase: Phase) => void,
): Result {
  let phase: Phase = 'work';
  connection.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    phase = 'commit';
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(connection);
    onFailure?.(phase);
    throw error;
  }
}

/** A failed statement leaves the transaction open, unless SQLite has rolled it back by itself. */
function rollBack(connection: Connection): void {
  if (!connection.inTransaction) return;
  try {
    connection.exec('ROLLBACK');
  } catch {
    // The first error says what happened; a connection that is still in a transaction is thrown away.
  }
}
