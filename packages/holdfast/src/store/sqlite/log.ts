import { statSync } from 'node:fs';
import { BUSY_TIMEOUT_MS } from './database.ts';
import type { Connection } from './database.ts';

/** The size of the store's write-ahead log, bytes. */
export function logBytes(file: string): number {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Writes the log back into the file and empties it; returns false when a reader that still needs it was in the way.
 * Waits for nobody: while a checkpoint waits for readers, nothing else can be written.
 */
export function emptyLog(connection: Connection): boolean {
  connection.exec('PRAGMA busy_timeout = 0');
  try {
    return connection.get('PRAGMA wal_checkpoint(TRUNCATE)')?.['busy'] === 0;
  } finally {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }
}
