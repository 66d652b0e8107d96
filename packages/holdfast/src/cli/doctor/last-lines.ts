import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const LINES = 200;
const BYTES = 128 * 1024;

/** The last lines of a log; empty when there is none. */
export function lastLines(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.min(size, BYTES));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.toString('utf8').split('\n');
    // The first one may have been cut.
    return (size > BYTES ? lines.slice(1) : lines).slice(-LINES).join('\n');
  } finally {
    closeSync(handle);
  }
}
