import { existsSync } from 'node:fs';
import { HoldfastError } from '../../model/error.ts';
import { openPlain } from './database.ts';
import type { Connection } from './database.ts';
import { sqliteCode, storeError } from './store-error.ts';

const BUSY = 5;
/** A reader that asks who owns the store holds the file for an instant; a second owner holds it for good. */
const PATIENCE_MS = 500;

/** The right to be the one writing engine of a store; the operating system frees it when the process dies. */
export interface OwnerLock {
  release(): void;
}

/**
 * Takes the lock, an exclusive transaction on a tiny database beside the store that is held for life.
 * @throws HoldfastError `ERR_STORE_LOCKED` when another engine holds it.
 */
export function takeOwnerLock(file: string): OwnerLock {
  let connection: Connection | null = null;
  try {
    connection = openPlain(lockFile(file), { timeout: PATIENCE_MS });
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection?.close();
    throw sqliteCode(error) === BUSY ? locked(file, error) : storeError(error, lockFile(file));
  }
  const held = connection;
  return { release: () => held.close() };
}

/** Whether an engine owns the store now. Asks for an instant and never stands in an engine's way. */
export function lockState(file: string): 'owned' | 'free' {
  if (!existsSync(lockFile(file))) return 'free';
  let connection: Connection | null = null;
  try {
    connection = openPlain(lockFile(file), { readOnly: true });
    connection.get('SELECT count(*) FROM sqlite_schema');
    return 'free';
  } catch (error) {
    if (sqliteCode(error) === BUSY) return 'owned';
    throw storeError(error, lockFile(file));
  } finally {
    connection?.close();
  }
}

function lockFile(file: string): string {
  return `${file}.lock`;
}

function locked(file: string, cause: unknown): HoldfastError {
  return new HoldfastError('ERR_STORE_LOCKED', `Another engine is working on the store ${file}.`, {
    hint: 'See it with `holdfast status`, which names its process; `holdfast stop` ends it, or Ctrl-C in its terminal.',
    cause,
  });
}
