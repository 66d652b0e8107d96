import { readLines } from './lines.ts';
import type { ReadForm } from './piece.ts';

/** A list of identifiers, one to a line; lines that begin with `#` are comments. */
export const readIds: ReadForm = (file, from, signal) =>
  readLines(file, from, signal, {
    blockSize: 32 * 1024,
    read: (where, line) => {
      const id = line.trim().replace(/^"(.*)"$/, '$1');
      return id === '' || id.startsWith('#') ? null : { where, content: { type: 'id', id } };
    },
  });
