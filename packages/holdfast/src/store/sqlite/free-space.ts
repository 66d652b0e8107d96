import type { Connection } from './database.ts';
import { emptyLog } from './log.ts';

/** Free space up to this many bytes is kept for what is written next. */
const KEPT_FREE = 64 * 1024 * 1024;
/** Free space up to this part of the file is kept as well. */
const KEPT_PART = 0.1;
/** Pages that a step gives back: 16 MB, so that neither the log nor the wait of other writes grows large. */
const PAGES_AT_ONCE = 1024;
/** What SQLite reports for a file whose free pages can be given back without writing it anew. */
const INCREMENTAL = 2;

/** What a step gave back. */
export interface GivenBack {
  /** The file becomes smaller when the log is next written back. */
  readonly bytesFreed: number;
  readonly more: boolean;
}

/**
 * Gives free space at the end of the file back to the disk, bounded. A store that was created before this was
 * possible keeps its free pages for reuse until it is compacted.
 */
export function giveBackSpace(connection: Connection): GivenBack {
  const before = excessPages(connection);
  if (before === 0 || pragma(connection, 'auto_vacuum') !== INCREMENTAL)
    return { bytesFreed: 0, more: false };
  const bytes = pageBytes(connection);
  connection.exec(`PRAGMA incremental_vacuum(${Math.min(before, PAGES_AT_ONCE)})`);
  const bytesFreed = bytes - pageBytes(connection);
  return { bytesFreed, more: bytesFreed > 0 && excessPages(connection) > 0 };
}

/** Space inside the file that is free for reuse, bytes. */
export function freeBytes(connection: Connection): number {
  return pragma(connection, 'freelist_count') * pragma(connection, 'page_size');
}

/** What the pages of the store take, free ones and those that are only in the log included, bytes. */
export function pageBytes(connection: Connection): number {
  return pragma(connection, 'page_count') * pragma(connection, 'page_size');
}

/**
 * Writes the whole file anew without its free space, so that from then on free space can be given back step by
 * step. Takes a second time the room of the file while it runs, and lets nothing else be written.
 * @returns how much smaller the store became, bytes.
 */
export function compact(connection: Connection): number {
  const before = pageBytes(connection);
  connection.exec('VACUUM');
  emptyLog(connection);
  return before - pageBytes(connection);
}

/** Free pages beyond what is kept. */
function excessPages(connection: Connection): number {
  const kept = Math.max(
    KEPT_FREE / pragma(connection, 'page_size'),
    pragma(connection, 'page_count') * KEPT_PART,
  );
  return Math.max(0, Math.floor(pragma(connection, 'freelist_count') - kept));
}

function pragma(connection: Connection, name: string): number {
  return Number(Object.values(connection.get(`PRAGMA ${name}`) ?? {})[0]);
}
