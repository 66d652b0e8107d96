import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { openConnection, openPlain } from '../store/sqlite/database.ts';
import { freeName } from '../store/sqlite/copy-store.ts';
import { stampOf } from './folder.ts';
import { syncFolder, syncPath } from '../store/sqlite/sync.ts';

/**
 * Gives a finished store the name of the present one, in one rename: whoever dies before it leaves the old store, after
 * it the new one. The old one gets a second name first. The caller owns the store's lock.
 * @returns the old one's new name; null when there was none.
 * @throws HoldfastError `ERR_STORE_BUSY` while a program reads the present store.
 */
export function putInPlace(incoming: string, store: string, at: number): string | null {
  const folder = dirname(store);
  syncPath(incoming);
  dropDoubleNames(store);
  const replaced = existsSync(store) ? freeName(`${store}.replaced-${stampOf(at)}`) : null;
  if (replaced !== null) {
    emptyLog(store);
    keep(store, replaced);
    // Empty, unless the old store is too damaged to be opened: then it stays with it.
    if (holdsBytes(`${store}-wal`)) keep(`${store}-wal`, `${replaced}-wal`);
    syncFolder(folder);
  }
  // A log beside a file that it does not belong to would be played into it.
  for (const end of ['-wal', '-shm']) rmSync(store + end, { force: true });
  syncFolder(folder);
  renameSync(incoming, store);
  syncFolder(folder);
  return replaced;
}

/** Writes the log into the file, so that one file is the whole store. */
function emptyLog(store: string): void {
  let busy: unknown;
  try {
    // What cannot be read is not opened for writing either, which could throw its log away.
    const reading = openPlain(store, { readOnly: true });
    try {
      reading.get('SELECT count(*) FROM sqlite_schema');
    } finally {
      reading.close();
    }
    const connection = openConnection(store);
    try {
      busy = connection.get('PRAGMA wal_checkpoint(TRUNCATE)')?.['busy'];
    } finally {
      connection.close();
    }
  } catch {
    // Damaged, which may be why it is replaced: it is kept as it is, with its log.
    return;
  }
  if (busy === 0) return;
  throw new HoldfastError('ERR_STORE_BUSY', `A program is reading the store ${store}; nothing was changed.`, {
    hint: 'End it (an export, a search, a database browser) and run holdfast restore again.',
  });
}

function holdsBytes(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** A second name for a file; a copy where the file system has no such thing. */
function keep(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch {
    copyFileSync(file, name, constants.COPYFILE_EXCL);
    syncPath(name);
  }
}

/** A restore that was killed just before its rename has left a second name of the present store. */
function dropDoubleNames(store: string): void {
  const present = statSync(store, { throwIfNoEntry: false, bigint: true });
  if (present === undefined || present.nlink < 2n) return;
  const folder = dirname(store);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${basename(store)}.replaced-`)) continue;
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (found?.ino !== present.ino || found.dev !== present.dev) continue;
    // The log of a store that could not be opened may have lost its first name already.
    if (existsSync(`${path}-wal`) && !holdsBytes(`${store}-wal`)) renameSync(`${path}-wal`, `${store}-wal`);
    rmSync(path);
    rmSync(`${path}-wal`, { force: true });
  }
}
