import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { processMutex } from '../../state/keyed-mutex.ts';

/**
 * Replaces a file: written beside the old one, flushed, renamed over it, and the folder flushed. A crash leaves the
 * old one or the new one. Readable by its owner alone (file 0600, a folder that is made here 0700). Calls for one path in one process
 * wait for each other.
 */
export async function replaceFile(path: string, content: string): Promise<void> {
  const folder = dirname(path);
  const release = await processMutex.acquire(`replace:${path}`);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await privateFolder(folder);
    await writeDurably(temporary, content);
    await rename(temporary, path);
    await flushFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    release();
  }
}

/** Removes what writers that died in the middle have left in a folder. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const pid = /\.(\d+)\.tmp$/.exec(basename(name))?.[1];
    if (pid !== undefined && !exists(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

/** Makes renames and removals in a folder durable. Windows cannot open a folder, and writes them through. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function privateFolder(folder: string): Promise<void> {
  // Only a folder that is made here is closed to others: one that is there already may be used by them too, and the
  // files in it are closed by their own mode.
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function writeDurably(path: string, content: string): Promise<void> {
  // Whatever lies there was left by a process of the same number; its mode would stay if it were opened.
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, and it is somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
