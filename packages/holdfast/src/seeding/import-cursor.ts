import type { ImportCounts } from '../model/import.ts';

/** Nothing yet. */
export const NO_COUNTS: ImportCounts = { added: 0, changed: 0, known: 0, repaired: 0, refused: 0, bad: 0 };

/** Where an import stands, as a side window of each source that it brings records to. */
export interface ImportCursor {
  /** Tells the file of another one under the same path: size and time. */
  readonly stamp: string;
  /** The window that says where to go on; the others follow it. */
  readonly main: boolean;
  /** Of the data set, after the last entry that is stored; null before the first. */
  readonly position: string | null;
  /** Entries that are stored. Another source's window may be one batch ahead of the main one. */
  readonly seen: number;
  readonly bytesRead: number;
  /** The last batch, whose counts are not among `counts` yet: its commit tells them when it is repeated. */
  readonly batch: string | null;
  readonly counts: ImportCounts;
  readonly done: boolean;
}

/** A cursor as the text of a window. */
export function writeCursor(cursor: ImportCursor): string {
  return JSON.stringify(cursor);
}

/** The cursor in a window's text; null when nothing was imported under it. */
export function readCursor(text: string): ImportCursor | null {
  return text === '' ? null : (JSON.parse(text) as ImportCursor);
}

/** Both together. */
export function sumCounts(a: ImportCounts, b: ImportCounts): ImportCounts {
  return {
    added: a.added + b.added,
    changed: a.changed + b.changed,
    known: a.known + b.known,
    repaired: a.repaired + b.repaired,
    refused: a.refused + b.refused,
    bad: a.bad + b.bad,
  };
}
