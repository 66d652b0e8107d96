import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../dataset-error.ts';

/** A file of a data set as it lies on the disk. */
export interface FoundFile {
  readonly path: string;
  /** What people are told: its path inside of the folder, or its name. */
  readonly name: string;
  readonly size: number;
}

/** Folders inside of folders are looked into so far; a cache is flat, a dump by year and month is not. */
const DEEPEST = 6;
const MOST = 1_000_000;

/**
 * The files of a folder and of the folders in it, or the file itself; in the order of their names by code unit.
 * Hidden files and links to folders are left out.
 * @throws DatasetError `ERR_DATASET_UNREADABLE`
 */
export async function findFiles(path: string): Promise<{ files: readonly FoundFile[]; folder: boolean }> {
  try {
    const found = await stat(path);
    if (found.isFile()) return { files: [{ path, name: lastPart(path), size: found.size }], folder: false };
    if (!found.isDirectory()) throw unreadable(path, 'It is neither a file nor a folder.');
    const files: FoundFile[] = [];
    await walk(path, '', 0, files);
    return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), folder: true };
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function walk(folder: string, inside: string, depth: number, files: FoundFile[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) {
      if (depth < DEEPEST) await walk(path, name, depth + 1, files);
      continue;
    }
    const { size } = entry.isSymbolicLink() ? await fileBehind(path) : await stat(path);
    if (size >= 0) files.push({ path, name, size });
    if (files.length > MOST) throw unreadable(folder, `It holds more than ${MOST} files.`);
  }
}

/** A link to a file counts as the file, any other link as nothing: its size is then -1. */
async function fileBehind(path: string): Promise<{ size: number }> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found : { size: -1 };
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

/** The error of a path that cannot be read. */
export function unreadable(path: string, why: string, cause?: unknown): DatasetError {
  return new DatasetError(
    'ERR_DATASET_UNREADABLE',
    `${path} cannot be read: ${why}`,
    'Check the path and who may read it.',
    cause,
  );
}
