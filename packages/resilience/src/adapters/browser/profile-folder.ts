import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder for one browser, readable by nobody else. Its name is unique, so it also serves as a mark. */
export async function makeProfileFolder(parent: string = tmpdir()): Promise<string> {
  return await mkdtemp(join(parent, 'holdfast-browser-'));
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
