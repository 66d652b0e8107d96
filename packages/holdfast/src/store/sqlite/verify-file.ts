import { existsSync } from 'node:fs';
import { HoldfastError } from '../../model/error.ts';
import type { IntegrityFinding, StoreReader } from '../port.ts';
import { checkElsewhere } from './check-elsewhere.ts';
import { openPlain } from './database.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { openReader } from './sqlite-store.ts';

const DAMAGE = ['ERR_STORE_CORRUPT', 'ERR_STORE_IO', 'ERR_STORE_SQLITE'];

/**
 * Verifies a store that no engine has open, as its owner and without writing to it: what is damaged must not become more
 * so. A file that cannot be opened as a store is a finding as well.
 * @throws HoldfastError `ERR_STORE_ABSENT`, `ERR_STORE_LOCKED`, and `ERR_STORE_OLDER` or `ERR_STORE_NEWER` of a store that
 * another version wrote.
 */
export async function* verifyFile(file: string): AsyncIterable<IntegrityFinding> {
  // To lock what is not there would leave a file.
  const lock = existsSync(file) ? takeOwnerLock(file) : null;
  try {
    const reader = openSound(file);
    if (!('verify' in reader)) {
      yield reader;
      return;
    }
    try {
      yield* reader.verify();
    } finally {
      await reader.close();
    }
  } finally {
    lock?.release();
  }
}

/** What an error says of a file that cannot be read as the store that it was; null when it is no matter of damage. */
export function damageIn(file: string, error: unknown): IntegrityFinding | null {
  if (!(error instanceof HoldfastError) || !DAMAGE.includes(error.code)) return null;
  return { what: 'file', key: file, problem: error.message };
}

function openSound(file: string): StoreReader | IntegrityFinding {
  try {
    return openReader({ file, check: () => checkElsewhere(file) });
  } catch (error) {
    const found = damageIn(file, error) ?? lostVersion(file, error);
    if (found === null) throw error;
    return found;
  }
}

/** The first tables and the number of their schema are written at once: tables without a number have lost it. */
function lostVersion(file: string, error: unknown): IntegrityFinding | null {
  if (!(error instanceof HoldfastError) || error.code !== 'ERR_STORE_ABSENT' || !existsSync(file))
    return null;
  const connection = openPlain(file, { readOnly: true });
  try {
    if (connection.get('SELECT 1 FROM sqlite_schema') === undefined) return null;
    return { what: 'file', key: file, problem: 'the number of its schema is lost' };
  } finally {
    connection.close();
  }
}
