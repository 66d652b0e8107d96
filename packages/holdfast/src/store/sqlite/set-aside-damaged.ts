import { renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quickCheck } from './check-file.ts';
import { BUSY_TIMEOUT_MS, openPlain } from './database.ts';
import { isDamage } from './store-error.ts';

/**
 * Gives a `state.db` that is no database, or not a whole one, another name, so that a new one is begun: it would be
 * refused for ever and everything that asks it with it. Returns where it is now; null when there is none or it is
 * sound.
 */
export function setAsideDamaged(folder: string): string | null {
  const file = join(folder, 'state.db');
  if (!isDamaged(file)) return null;
  const aside = `${file}.damaged`;
  renameSync(file, aside);
  // They belong to the file that is no more; a new one must not find them.
  for (const ending of ['-wal', '-shm', '-journal']) rmSync(file + ending, { force: true });
  return aside;
}

/** All of it is read: what was cut off or overwritten is met in use only, by whoever asks first. It is small. */
function isDamaged(file: string): boolean {
  if (sizeOf(file) === 0) return false;
  try {
    const connection = openPlain(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      if (quickCheck(connection).length > 0) return true;
      // SQLite takes the rest of a page that was cut for zeros. What is in its log is not in the file yet.
      const pageSize = Number(connection.get('PRAGMA page_size')?.['page_size']);
      return sizeOf(file) % pageSize !== 0 && sizeOf(`${file}-wal`) === 0;
    } finally {
      connection.close();
    }
  } catch (error) {
    // Whatever else keeps it from being read, a lock or a permission, is another trouble than damage.
    return isDamage(error);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
