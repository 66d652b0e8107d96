import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@holdfast/resilience/clock';
import type { DoctorWorld } from './world.ts';

const WRITES = 9;
const WRITE_BYTES = 4_096;

/** The real file system, as the checks ask it. */
export const systemFiles: Pick<
  DoctorWorld,
  'readText' | 'list' | 'exists' | 'space' | 'folderMode' | 'closeFolder' | 'remove'
> = {
  readText: (path) => orNull(() => readFileSync(path, 'utf8')),
  list: (path) => orNull(() => readdirSync(path)) ?? [],
  exists: existsSync,
  space: (folder) => {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
  folderMode: (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : { uid: found.uid, mode: found.mode };
  },
  closeFolder: (path) => chmodSync(path, 0o700),
  remove: (path) => rmSync(path, { force: true }),
};

/** Median time of a durable write of 4 KB in a folder, ms. */
export async function durableWriteMs(folder: string, clock: Clock, name: string): Promise<number> {
  const path = join(folder, name);
  const file = await open(path, 'wx', 0o600);
  try {
    const times: number[] = [];
    for (let round = 0; round < WRITES; round += 1) {
      const began = clock.monotonic();
      await file.write(Buffer.alloc(WRITE_BYTES, round), 0, WRITE_BYTES, 0);
      await file.sync();
      times.push(clock.monotonic() - began);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(WRITES / 2)] ?? 0;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

/** Sum of the files in a folder, bytes. */
export function bytesIn(folder: string): number {
  return systemFiles
    .list(folder)
    .reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** What cannot be read is as good as not there: the check says what follows. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
