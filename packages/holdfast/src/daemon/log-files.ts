import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A closed log file; names sort by age. */
export interface ClosedLog {
  readonly file: string;
  readonly bytes: number;
  readonly compressed: boolean;
}

/** The name that a log file gets when it is closed at an instant (wall ms): `holdfast-20260102T030405678.log`. */
export function closedName(file: string, at: number): string {
  const stamp = new Date(at).toISOString().replace(/[-:.Z]/g, '');
  return join(dirname(file), `${basename(file, '.log')}-${stamp}.log`);
}

/** The closed files of a log, oldest first. */
export function closedLogs(file: string): readonly ClosedLog[] {
  const prefix = `${basename(file, '.log')}-`;
  const folder = dirname(file);
  return namesIn(folder)
    .filter((name) => name.startsWith(prefix) && /\d{8}T\d{9}\.log(\.gz)?$/.test(name))
    .toSorted()
    .flatMap((name) => {
      const path = join(folder, name);
      const bytes = statSync(path, { throwIfNoEntry: false })?.size;
      return bytes === undefined ? [] : [{ file: path, bytes, compressed: name.endsWith('.gz') }];
    });
}

/** Removes the oldest closed files until the others have `bound` bytes at most. */
export function trimLogs(file: string, bound: number): void {
  const logs = closedLogs(file);
  let total = logs.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file: oldest, bytes } of logs) {
    if (total <= bound) return;
    rmSync(oldest, { force: true });
    total -= bytes;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing was logged yet.
    return [];
  }
}
