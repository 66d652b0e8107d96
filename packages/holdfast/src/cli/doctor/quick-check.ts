import { statSync } from 'node:fs';
import { openConnection } from '../../store/sqlite/database.ts';
import { openReader } from '../../store/sqlite/index.ts';
import { quickCheck } from '../../store/sqlite/check-file.ts';
import type { QuickCheck } from './world.ts';

/** A larger file takes minutes; `verify` reads it all. */
const LARGEST_BYTES = 1e9;

/** Checks the structure of the store's file, when it is small enough, without changing it. */
export async function checkStore(file: string): Promise<QuickCheck> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return { state: 'absent' };
  try {
    // Says what is wrong with its version.
    await openReader({ file }).close();
    if (found.size > LARGEST_BYTES) return { state: 'too-large' };
    const connection = openConnection(file, { readOnly: true });
    try {
      return { state: 'checked', problems: quickCheck(connection) };
    } finally {
      connection.close();
    }
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return { state: 'unreadable', message, hint: hint ?? 'holdfast verify' };
  }
}
