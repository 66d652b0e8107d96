import { posix, win32 } from 'node:path';

/** What decides where a user's files belong. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The user's folders of this product: XDG on Linux, Application Support on macOS, AppData on Windows. */
export interface Folders {
  readonly config: string;
  readonly data: string;
  /** Machine-wide memory that outlives a data folder: when each upstream service was asked last. */
  readonly state: string;
}

/** The user's folders. Relative values of the XDG variables are ignored, as their specification demands. */
export function userFolders({ platform, home, env }: Surroundings): Folders {
  if (platform === 'win32') {
    const roaming = env['APPDATA'] ?? win32.join(home, 'AppData', 'Roaming');
    const local = env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local');
    return {
      config: win32.join(roaming, 'holdfast'),
      data: win32.join(local, 'holdfast', 'data'),
      state: win32.join(local, 'holdfast', 'state'),
    };
  }
  if (platform === 'darwin') {
    const support = posix.join(home, 'Library', 'Application Support', 'holdfast');
    return { config: support, data: posix.join(support, 'data'), state: posix.join(support, 'state') };
  }
  const xdg = (name: string, fallback: string): string => {
    const value = env[name];
    return posix.join(
      value !== undefined && posix.isAbsolute(value) ? value : posix.join(home, fallback),
      'holdfast',
    );
  };
  return {
    config: xdg('XDG_CONFIG_HOME', '.config'),
    data: xdg('XDG_DATA_HOME', '.local/share'),
    state: xdg('XDG_STATE_HOME', '.local/state'),
  };
}
