import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
import { HoldfastError } from '../model/error.ts';

/** What decides in which folder the processes of a user listen. */
export interface UserPlace {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `os.tmpdir()`. */
  readonly tmp: string;
  /** The user's number; undefined on Windows. */
  readonly uid: number | undefined;
}

/** What systemd makes for a unit with `RuntimeDirectory=holdfast`, visible to all also when it has a `/tmp` of its own. */
const RUNTIME_OF_UNIT = '/run/holdfast';

/** The folders that this very process would listen in, best first. */
export function ownFolders({ env, tmp, uid }: UserPlace): readonly string[] {
  const session = env['XDG_RUNTIME_DIR'] ?? '';
  // systemd.exec(5): paths of the unit's RuntimeDirectory=, separated by colons.
  const [unit = ''] = (env['RUNTIME_DIRECTORY'] ?? '').split(':');
  return [
    ...(posix.isAbsolute(session) ? [posix.join(session, 'holdfast')] : []),
    ...(posix.isAbsolute(unit) ? [userFolder(unit, uid)] : []),
    userFolder(tmp, uid),
    lastFolder(uid),
  ];
}

/**
 * The folders in which processes of this user may listen, those of this very process first. Others may have been
 * started where the folders have other names: a service of the machine has no session, and the TMPDIR of launchd
 * need not be the terminal's.
 */
export function controlFolders(place: UserPlace): readonly string[] {
  const { platform, uid } = place;
  // Nobody listens in the session's folder unasked: it goes when the user logs out.
  const elsewhere =
    platform === 'linux' ? [`/run/user/${uid ?? 0}/holdfast`, userFolder(RUNTIME_OF_UNIT, uid)] : [];
  return [...new Set([...ownFolders(place), ...elsewhere])];
}

/** The folder that is there without a session and whatever the environment says. */
export function lastFolder(uid: number | undefined): string {
  return userFolder('/tmp', uid);
}

function userFolder(parent: string, uid: number | undefined): string {
  return posix.join(parent, `holdfast-${uid ?? 0}`);
}

/**
 * Makes sure that the folder of a socket exists, is ours and is closed to others; nothing to do for a pipe.
 * @throws HoldfastError `ERR_CONTROL_FOLDER` when another user made it or others may enter.
 */
export function ensureControlFolder(path: string, uid: number | undefined): void {
  if (path.startsWith('\\\\')) return;
  const folder = posix.dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isPrivate(lstatSync(folder), uid)) return;
  throw new HoldfastError(
    'ERR_CONTROL_FOLDER',
    `The folder ${folder} belongs to someone else or is open to others.`,
    {
      hint: `Remove ${folder} (or make it yours with mode 0700), or set XDG_RUNTIME_DIR.`,
    },
  );
}

/** Whether a folder is there and nobody but this user can have made what lies in it. */
export function isTrustedFolder(folder: string, uid: number | undefined): boolean {
  try {
    return isPrivate(lstatSync(folder), uid);
  } catch {
    // Not there, or below a folder that is closed to us: nothing of ours either way.
    return false;
  }
}

function isPrivate(found: Stats, uid: number | undefined): boolean {
  return found.isDirectory() && (uid === undefined || found.uid === uid) && (found.mode & 0o077) === 0;
}
