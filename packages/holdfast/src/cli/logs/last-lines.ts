import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { closedLogs } from '../../daemon/log-files.ts';

/** The last lines of a log and where its open file ended. */
export interface LastLines {
  readonly lines: readonly string[];
  /** Bytes of the open file that were read. */
  readonly end: number;
}

/** The last `count` lines that are wanted, over the open file and as many closed ones as it takes. */
export async function lastLines(
  file: string,
  count: number,
  isWanted: (line: string) => boolean,
): Promise<LastLines> {
  const open = existsSync(file) ? await readFile(file) : Buffer.alloc(0);
  let lines = wanted(open, isWanted);
  for (const closed of closedLogs(file).toReversed()) {
    if (lines.length >= count) break;
    const bytes = await readFile(closed.file);
    lines = [...wanted(closed.compressed ? await promisify(gunzip)(bytes) : bytes, isWanted), ...lines];
  }
  return { lines: count === 0 ? [] : lines.slice(-count), end: open.lastIndexOf(0x0a) + 1 };
}

function wanted(bytes: Buffer, isWanted: (line: string) => boolean): readonly string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && isWanted(line));
}
