import { jsonEntry } from './json-entry.ts';
import { readLines } from './lines.ts';
import type { ReadForm } from './piece.ts';

/** JSON lines: one object to a line. */
export const readJsonLines: ReadForm = (file, from, signal) =>
  readLines(file, from, signal, { blockSize: 256 * 1024, read: jsonEntry });
