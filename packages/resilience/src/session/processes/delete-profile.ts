import { lstat, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
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
 * Deletes the folder of a process that has ended: only one that `refusal` has nothing against.
 */
export async function deleteProfile(folder: string): Promise<Deleted> {
  try {
    const why = await refusal(folder);
    if (why !== undefined) return { kind: 'refused', why };
    // What was just killed may have left a child that still writes.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    return { kind: 'deleted' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { kind: 'absent' } : { kind: 'failed', why: message };
  }
}

/**
 * Why a folder is not deleted, if so; looks and changes nothing. It must lie below the temporary folder or hold our
 * marker, must not be a link, and must not hold a folder in which others live. The two rules stand apart, so that an
 * error in one cannot empty a machine.
 * @throws what the file system says, `ENOENT` when there is no such folder.
 */
export async function refusal(folder: string): Promise<string | undefined> {
  if (!(await lstat(folder)).isDirectory()) return 'it is not a folder';
  const path = await realpath(folder);
  for (const shared of [tmpdir(), homedir(), process.cwd()]) {
    if (contains(path, await realpath(shared))) return `it holds ${shared}, where others live`;
  }
  if (contains(await realpath(tmpdir()), path) || (await isMarked(folder))) return undefined;
  return `it lies outside the temporary folder and holds no ${MARKER}`;
}

/** Whether `inner` is `outer` or lies below it; both without links. */
function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

async function isMarked(folder: string): Promise<boolean> {
  try {
    return (await lstat(join(folder, MARKER))).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
