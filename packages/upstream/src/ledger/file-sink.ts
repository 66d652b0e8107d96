import { openSync, writeSync } from 'node:fs';
import type { LedgerEntry } from './entry.ts';

/** Appends each entry as a line of JSON before it returns: what the kernel holds survives the death of the process. */
export function fileSink(path: string): (entry: LedgerEntry) => void {
  const file = openSync(path, 'a');
  return (entry) => {
    let rest = Buffer.from(`${JSON.stringify(entry)}\n`);
    // A write may be short.
    while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
  };
}
