import { statfs } from 'node:fs/promises';
import { HoldfastError } from '../model/error.ts';
import type { Connection } from '../store/sqlite/database.ts';

/** Left free beside the copy: whoever else writes there needs some too. */
const RESERVE_BYTES = 16 * 1024 * 1024;

/**
 * Asserts that a compact copy of a store fits into a folder.
 * @throws HoldfastError `ERR_BACKUP_ROOM`
 */
export async function assertRoomFor(store: Connection, folder: string): Promise<void> {
  const need = compactBytes(store) + RESERVE_BYTES;
  const free = await freeBytes(folder);
  if (free === null || free >= need) return;
  throw new HoldfastError(
    'ERR_BACKUP_ROOM',
    `A copy of the store needs ${megabytes(need)} in ${folder}, where ${megabytes(free)} are free; nothing was written.`,
    { hint: 'Make room, or name a folder on another disk (backup.folder, or --to FILE).' },
  );
}

/** What the store takes without its free pages, bytes. */
function compactBytes(store: Connection): number {
  const pragma = (name: string): number => Number(Object.values(store.get(`PRAGMA ${name}`) ?? {})[0]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // A file system that does not tell is tried: a copy that does not fit leaves nothing behind.
    return null;
  }
}

function megabytes(bytes: number): string {
  return `${String(Math.ceil(bytes / 1e6))} MB`;
}
