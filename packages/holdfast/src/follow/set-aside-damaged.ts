import { closeSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const HEADER = Buffer.from('SQLite format 3\0', 'latin1');

/**
 * Gives a `state.db` that is no database another name, so that a new one is begun: it would be refused for ever
 * and everything that asks it with it. Returns where it is now; null when there is none or it begins as it should.
 */
export function setAsideDamaged(folder: string): string | null {
  const file = join(folder, 'state.db');
  const start = startOf(file);
  if (start === null || start.length === 0 || start.equals(HEADER.subarray(0, start.length))) return null;
  const aside = `${file}.damaged`;
  renameSync(file, aside);
  // They belong to the file that is no more; a new one must not find them.
  for (const ending of ['-wal', '-shm', '-journal']) rmSync(file + ending, { force: true });
  return aside;
}

/** The first bytes of a file; null where it cannot be read, which is another trouble than damage. */
function startOf(file: string): Buffer | null {
  try {
    const handle = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(HEADER.length);
      return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    return null;
  }
}
