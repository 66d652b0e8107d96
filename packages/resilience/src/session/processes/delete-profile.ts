import { lstat, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';

/** The file that says a folder outside the system's temporary folder was made for a recorded process. */
const MARKER = '.holdfast-profile';

/** What became of a profile; `failed` may work later, `refused` never does. */
export type Deleted =
  { readonly kind: 'deleted' | 'absent' } | { readonly kind: 'refused' | 'failed'; readonly why: string };

/** Says that a folder may be deleted with the process that it is recorded for, wherever it lies. */
export async function markProfile(folder: string): Promise<void> {
  await writeFile(join(folder, MARKER), 'Made for one browser, and deleted with it.\n', { mode: 0o600 });
}

/**
 * Deletes the folder of a process that has ended: only one that lies in the system's temporary folder or holds our
 * marker, and never through a link.
 */
export async function deleteProfile(folder: string): Promise<Deleted> {
  try {
    const stats = await lstat(folder);
    if (!stats.isDirectory()) return { kind: 'refused', why: 'it is not a folder' };
    if (!(await isTemporary(folder)) && !(await isMarked(folder))) {
      return { kind: 'refused', why: `it lies outside the temporary folder and holds no ${MARKER}` };
    }
    // What was just killed may have left a child that still writes.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    return { kind: 'deleted' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { kind: 'absent' } : { kind: 'failed', why: message };
  }
}

/** Below the temporary folder, links in the way resolved; the temporary folder itself is not. */
async function isTemporary(folder: string): Promise<boolean> {
  const path = relative(await realpath(tmpdir()), await realpath(folder));
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

async function isMarked(folder: string): Promise<boolean> {
  try {
    return (await lstat(join(folder, MARKER))).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
