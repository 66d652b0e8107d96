import type { DatasetEntry, UnreadLines } from '../port.ts';
import type { ByteFile } from '../files/byte-file.ts';

/** Where a reader goes on: decoded bytes that are done, and lines, records or rows in them. */
export interface Mark {
  readonly offset: number;
  readonly count: number;
}

/** Entries of one file and where to go on after them. */
export interface Piece {
  readonly entries: readonly DatasetEntry[];
  /** The decoded bytes of the entries, where these have places in them; its own memory. */
  readonly raw?: Uint8Array;
  readonly lines?: UnreadLines;
  readonly next: Mark;
  /** Bytes of the file on the disk that were read. */
  readonly read: number;
}

/** Reads one file of a form from a mark on; `unread` lets it give lines as they are. */
export type ReadForm = (
  file: ByteFile,
  from: Mark,
  signal: AbortSignal,
  unread?: boolean,
) => AsyncIterable<Piece>;

/** Of what is too long or not worth keeping whole, so many bytes are kept. */
export const KEPT = 65_536;

/** An entry that could not be understood. */
export function bad(
  where: string,
  code: `ERR_DATASET_${string}`,
  reason: string,
  bytes: Uint8Array = new Uint8Array(),
): DatasetEntry {
  return { where, content: { type: 'bad', code, reason, bytes: new Uint8Array(bytes) } };
}
