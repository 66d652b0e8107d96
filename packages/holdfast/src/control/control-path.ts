import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { HoldfastError } from '../model/error.ts';

/** Who listens: the engine, or the supervisor that runs it. */
export type ControlPart = 'engine' | 'supervisor';

/** What decides where an engine listens. */
export interface ControlPlace {
  readonly dataDir: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `os.tmpdir()`. */
  readonly tmp: string;
  /** The user's number; undefined on Windows. */
  readonly uid: number | undefined;
  /** The engine when left out. */
  readonly part?: ControlPart;
}

/** Longer paths do not fit the address of a socket on every system (104 bytes with the closing zero on macOS). */
const LONGEST_SOCKET_PATH = 103;

/**
 * The address under which the engine of a data folder listens: a named pipe on Windows, else a socket in the
 * user's runtime folder. It is told from the folder's real path, so that every way to name the folder finds it.
 */
export function controlPath({ dataDir, platform, env, tmp, uid, part = 'engine' }: ControlPlace): string {
  const name = fingerprint(realPath(dataDir)) + (part === 'engine' ? '' : '-s');
  if (platform === 'win32') return `\\\\.\\pipe\\holdfast-${name}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  const folders = [
    ...(runtime !== undefined && posix.isAbsolute(runtime) ? [posix.join(runtime, 'holdfast')] : []),
    posix.join(tmp, `holdfast-${uid ?? 0}`),
  ];
  const paths = folders.map((folder) => posix.join(folder, `${name}.sock`));
  return (
    paths.find((path) => Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) ??
    posix.join('/tmp', `holdfast-${uid ?? 0}`, `${name}.sock`)
  );
}

/**
 * Makes sure that the folder of a socket exists, is ours and is closed to others; nothing to do for a pipe.
 * @throws HoldfastError `ERR_CONTROL_FOLDER` when another user made it or others may enter.
 */
export function ensureControlFolder(path: string, uid: number | undefined): void {
  if (path.startsWith('\\\\')) return;
  const folder = posix.dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && (uid === undefined || found.uid === uid) && (found.mode & 0o077) === 0) return;
  throw new HoldfastError(
    'ERR_CONTROL_FOLDER',
    `The folder ${folder} belongs to someone else or is open to others.`,
    {
      hint: `Remove ${folder} (or make it yours with mode 0700), or set XDG_RUNTIME_DIR.`,
    },
  );
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
