import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { HoldfastError } from '../model/error.ts';
import type { Output } from './io.ts';

/**
 * Standard output that is a file (`> papers.jsonl`). Node writes to it once and takes a short write for a whole one: on a
 * disk that becomes full the rest of the text would be lost in silence.
 */
export function fileOutput(fd: number): Output | null {
  const stat = fstatSync(fd, { throwIfNoEntry: false });
  if (!stat || isatty(fd) || !(stat.isFile() || stat.isCharacterDevice())) return null;
  return {
    write: (data) => {
      writeAllSync(fd, typeof data === 'string' ? Buffer.from(data) : data);
      return true;
    },
    once: () => undefined,
  };
}

function writeAllSync(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EINTR' || code === 'EAGAIN') continue;
      throw new HoldfastError(
        'ERR_OUTPUT_WRITE',
        `Standard output cannot be written: ${code === 'ENOSPC' ? 'the disk is full' : message}.`,
        { hint: 'Its last line may be cut. Make room and run the command again.', cause: error },
      );
    }
  }
}
