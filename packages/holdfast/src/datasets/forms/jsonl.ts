import { jsonEntry } from './json-entry.ts';
import { readLines } from './lines.ts';
import { readUnread } from './unread-lines.ts';
import type { ReadForm } from './piece.ts';

/** JSON lines: one object to a line. */
export const readJsonLines: ReadForm = (file, from, signal, unread = false) =>
  (unread ? readUnread : readLines)(file, from, signal, { blockSize: 256 * 1024, read: jsonEntry });
