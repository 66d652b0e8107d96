import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from '../state/sqlite-busy.ts';

/**
 * Takes the ownership of an operation, or returns undefined while somebody has it: an exclusive transaction on a
 * file that holds nothing. The system frees it when the owner dies, however it dies, and not when it is stopped; it
 * works across containers that share the disk, where numbers of processes mean nothing. The file stays: who would
 * remove it could not know that nobody is about to lock it.
 * @returns what frees it.
 */
export function takeOwnership(folder: string, key: string): (() => void) | undefined {
  mkdirSync(folder, { recursive: true });
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const database = new DatabaseSync(join(folder, `${name}.lock`), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}
