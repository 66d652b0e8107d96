import { realpathSync } from 'node:fs';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { controlFolders, isTrustedFolder, lastFolder, ownFolders, type UserPlace } from './control-folder.ts';

/** Who listens: the engine, or the supervisor that runs it. */
export type ControlPart = 'engine' | 'supervisor';

/** What decides where an engine listens. */
export interface ControlPlace extends UserPlace {
  readonly dataDir: string;
  /** The engine when left out. */
  readonly part?: ControlPart;
}

/** Longer paths do not fit the address of a socket on every system (104 bytes with the closing zero on macOS). */
const LONGEST_SOCKET_PATH = 103;

/**
 * The address under which the engine of a data folder listens: a named pipe on Windows, else a socket in the
 * user's runtime folder. It is told from the folder's real path, so that every way to name the folder finds it.
 */
export function controlPath(place: ControlPlace): string {
  const [first = ''] = addresses(place, ownFolders(place));
  return first;
}

/**
 * The addresses under which the engine of a data folder is to be asked, our own first; those in a folder that is
 * not there, not ours or open to others are left out, since anybody may answer there.
 */
export function askedPaths(place: ControlPlace): readonly string[] {
  const paths = addresses(place, controlFolders(place));
  if (place.platform === 'win32') return paths;
  return paths.filter((path) => isTrustedFolder(posix.dirname(path), place.uid));
}

/** Where a listener goes whose folder has gone. */
export function refuge(path: string, uid: number | undefined): string {
  return posix.join(lastFolder(uid), posix.basename(path));
}

function addresses(place: ControlPlace, folders: readonly string[]): readonly string[] {
  const { dataDir, platform, part = 'engine' } = place;
  const name = fingerprint(realPath(dataDir)) + (part === 'engine' ? '' : '-s');
  if (platform === 'win32') return [`\\\\.\\pipe\\holdfast-${name}`];
  return folders
    .map((folder) => posix.join(folder, `${name}.sock`))
    .filter((path) => Buffer.byteLength(path) <= LONGEST_SOCKET_PATH);
}

/** Loads its module when it is called: the supervisor, which has to stay small, is told its address. */
function fingerprint(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The real path; for a folder that does not exist yet, that of its nearest existing parent and the rest. */
function realPath(folder: string): string {
  const whole = resolve(folder);
  try {
    return realpathSync.native(whole);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(whole) === whole) throw error;
    return join(realPath(dirname(whole)), basename(whole));
  }
}
