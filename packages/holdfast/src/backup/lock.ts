import { join } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { takeOwnerLock } from '../store/sqlite/owner-lock.ts';
import type { OwnerLock } from '../store/sqlite/owner-lock.ts';

/**
 * The right to make a copy in a folder, one at a time; the operating system frees it when its holder dies.
 * @throws HoldfastError `ERR_BACKUP_BUSY`
 */
export function lockFolder(folder: string): OwnerLock {
  try {
    return takeOwnerLock(join(folder, '.holdfast-backup'));
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'ERR_STORE_LOCKED') throw error;
    throw new HoldfastError('ERR_BACKUP_BUSY', `Another backup is being made in ${folder}.`, {
      hint: 'Wait until it has ended; holdfast status tells what came of it.',
      cause: error,
    });
  }
}
