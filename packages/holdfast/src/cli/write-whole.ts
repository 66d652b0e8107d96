import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file whole or not at all, also when the power fails: beside its place, onto the disk, then by a rename.
 * @throws the error of the file system
 */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.partial`;
  // Never through a link that somebody left there.
  rmSync(draft, { force: true });
  try {
    withFile(draft, 'wx', (handle) => {
      writeFileSync(handle, text);
      fsyncSync(handle);
    });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  // Windows has no handle of a folder that could be synchronised.
  if (process.platform !== 'win32') withFile(dirname(path), 'r', fsyncSync);
}

function withFile(path: string, flags: string, work: (handle: number) => void): void {
  const handle = openSync(path, flags);
  try {
    work(handle);
  } finally {
    closeSync(handle);
  }
}
