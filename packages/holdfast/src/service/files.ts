import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { PlannedFile } from './manager.ts';
import type { Account } from './world.ts';

/** Writes a file whole or not at all: beside its place, onto the disk, then by a rename. Makes its folder. */
export function writeWhole({ path, content, mode }: PlannedFile): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  // Never through a link that somebody left there.
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // The mask of the process may have taken bits away.
  chmodSync(temporary, mode);
  renameSync(temporary, path);
}

/** The content of a file; null when there is none. */
export function contentOf(path: string): Uint8Array | null {
  return existsSync(path) ? readFileSync(path) : null;
}

/** SHA-256 in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Removes a file or a folder with all it holds; nothing to do when there is none. */
export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Removes a folder when nothing is left in it. */
export function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Makes a folder and those above it; what root makes on the way belongs to the user it is for. */
export function makeFolder(account: Account, by: number | undefined, path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first !== undefined) giveTo(account, by, first);
}

/** Gives what root made in a user's folders to that user. */
export function giveTo({ uid, gid }: Account, by: number | undefined, path: string): void {
  if (by !== 0 || uid === undefined || gid === undefined || uid === 0 || !existsSync(path)) return;
  lchownSync(path, uid, gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    lchownSync(join(entry.parentPath, entry.name), uid, gid);
}
