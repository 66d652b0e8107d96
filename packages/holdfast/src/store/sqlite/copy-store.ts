import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError } from '../../model/error.ts';
import { openPlain } from './database.ts';
import type { Connection } from './database.ts';
import { syncFolder, syncPath } from './sync.ts';

/**
 * Writes a consistent, compact copy of the store to `target`, which must not exist. The copy gets its name
 * only when it is checked and on the disk.
 * @throws HoldfastError `ERR_BACKUP_DAMAGED` when the copy does not pass SQLite's own check.
 */
export function copyStore(connection: Connection, target: string): void {
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  connection.run('VACUUM INTO ?', partial);
  checkCopy(partial);
  syncPath(partial);
  renameSync(partial, target);
  syncFolder(dirname(target));
}

/** A name that is not taken: `name`, else `name-2`, `name-3` and so on. */
export function freeName(name: string): string {
  let candidate = name;
  for (let number = 2; existsSync(candidate); number += 1) candidate = `${name}-${number}`;
  return candidate;
}

function checkCopy(file: string): void {
  const copy = openPlain(file, { readOnly: true });
  try {
    const answer = Object.values(copy.get('PRAGMA quick_check(1)') ?? {})[0];
    if (answer === 'ok') return;
    throw new HoldfastError('ERR_BACKUP_DAMAGED', `The copy ${file} is damaged: ${String(answer)}.`, {
      hint: 'Check the disk and make the copy again.',
    });
  } finally {
    copy.close();
  }
}
