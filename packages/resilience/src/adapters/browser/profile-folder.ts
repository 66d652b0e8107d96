// oxlint-disable-next-line holdfast/real-world -- in a folder of many users a name that can be foretold is taken
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the folder of one browser will be. Its name is unique, so it also serves as a mark. */
export function profilePath(parent: string = tmpdir()): string {
  return join(parent, `holdfast-browser-${randomBytes(6).toString('base64url')}`);
}

/** Makes a folder that is not there yet, readable by nobody else. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 });
}

/**
 * Removes what a browser has left. Tries for two seconds, since a process that was just killed may still write.
 * @throws what the file system says when a folder cannot be removed.
 */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 130 });
  }
}
