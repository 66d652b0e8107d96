import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError } from '../../model/error.ts';

const BUSY = 5;
const READONLY = 8;
const READONLY_ROLLBACK = 776;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
/** Below this a failing write is the full disk's doing, whatever SQLite was about to do. */
const NEARLY_FULL = 1024 * 1024;

/** The primary result code of a SQLite error; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** Whether a reader met the journal of a process that died, which it may not roll back (SQLITE_READONLY_ROLLBACK). */
export function isHotJournal(error: unknown): boolean {
  return (error as { errcode?: unknown } | null)?.errcode === READONLY_ROLLBACK;
}

/** Whether the connection must not be trusted any more: after a failed write or sync nobody knows what is on disk. */
export function isBroken(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === IOERR || code === CANTOPEN || isDamage(error);
}

/** Whether what was read is no database, or not a whole one (sqlite.org/rescode.html). */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CORRUPT || code === NOTADB;
}

/** A SQLite error as one of the store's; other errors are returned as they are. */
export function storeError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const detail = (error as Error).message;
  if (code === FULL || (code === IOERR && isDiskFull(file))) {
    return local(
      'ERR_STORE_FULL',
      `There is no room for the store ${file}: ${detail}.`,
      'Make room; work goes on by itself. If "maxDisk" is what bounds it, raise that and start again.',
      error,
    );
  }
  if (code === BUSY) {
    return local(
      'ERR_STORE_BUSY',
      `Another program holds the store ${file} for writing: ${detail}.`,
      'End that program (a database browser, a copy of the file); work goes on by itself.',
      error,
    );
  }
  if (code === READONLY) {
    return local(
      'ERR_STORE_READONLY',
      `The store ${file} cannot be written: ${detail}.`,
      'Check who owns the file and whether its disk is mounted read-only.',
      error,
    );
  }
  if (code === IOERR || code === CANTOPEN) {
    return local(
      'ERR_STORE_IO',
      `The disk under the store ${file} failed: ${detail}.`,
      'Check the disk; then run `holdfast verify`.',
      error,
    );
  }
  if (isDamage(error)) {
    return new HoldfastError('ERR_STORE_CORRUPT', `The store ${file} is damaged: ${detail}.`, {
      hint: 'Run `holdfast verify`, then restore the last backup.',
      cause: error,
    });
  }
  return new HoldfastError('ERR_STORE_SQLITE', `The store ${file} failed: ${detail}.`, {
    hint: 'This is a defect of the store; please report it with this text.',
    cause: error,
  });
}

/** The error of a write that waits for a reader: its old state keeps the log from being written back. */
export function heldLog(file: string, bytes: number): HoldfastError {
  const megabytes = Math.ceil(bytes / 1e6);
  return local(
    'ERR_STORE_FULL',
    `There is no room for the store ${file}: a program that has been reading it for long keeps ${megabytes} MB in its log.`,
    'End that program (a backup, a database browser); work goes on by itself. A larger "maxDisk" helps as well.',
    null,
  );
}

function local(code: string, message: string, hint: string, cause: unknown): HoldfastError {
  const verdict = { category: 'local', scope: 'none', safeToReplay: 'yes', evidence: 'code', code } as const;
  return new HoldfastError(code, message, { hint, cause, verdict });
}

function isDiskFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < NEARLY_FULL;
  } catch {
    // The folder cannot be asked either: then it is no matter of room.
    return false;
  }
}
