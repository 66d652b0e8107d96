import { statSync } from 'node:fs';
import { diskShare } from '../rules/disk-share.ts';
import type { Connection } from './database.ts';
import { pageBytes } from './free-space.ts';
import { emptyLog, logBytes } from './log.ts';
import { heldLog } from './store-error.ts';

/**
 * Asserts, before a transaction, that it fits into the budget with the file and the log. Only a reader that stays
 * on an old state lets the log grow; the file is bounded by SQLite itself.
 * @throws HoldfastError `ERR_STORE_FULL` while such a reader keeps the log from being written back.
 */
export function assertRoom(connection: Connection, file: string, maxBytes: number): void {
  const reserve = diskShare(maxBytes).log / 2;
  const fits = (): boolean => {
    const log = logBytes(file);
    return log <= reserve || sizeOf(connection, file) + log + reserve <= maxBytes;
  };
  if (fits()) return;
  emptyLog(connection);
  if (!fits()) throw heldLog(file, logBytes(file));
}

/** What the file is, or becomes once the log is written back. */
function sizeOf(connection: Connection, file: string): number {
  return Math.max(statSync(file).size, pageBytes(connection));
}
