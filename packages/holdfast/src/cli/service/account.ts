import { userInfo } from 'node:os';
import { HoldfastError } from '../../model/error.ts';
import type { Account, Run, Scope } from '../../service/index.ts';
import type { Io } from '../io.ts';

/**
 * The user that the service runs as: whoever asks, or with sudo whoever called it.
 * @throws HoldfastError `ERR_SERVICE_SUDO` when root asks through sudo for a service of its own
 */
export async function accountFor(io: Io, scope: Scope, run: Run): Promise<Account> {
  if (io.platform === 'win32') {
    const name = io.env['USERNAME'] ?? userInfo().username;
    const domain = io.env['USERDOMAIN'];
    return {
      name: domain === undefined ? name : `${domain}\\${name}`,
      uid: undefined,
      gid: undefined,
      home: io.home,
    };
  }
  const caller = io.uid === 0 ? io.env['SUDO_USER'] : undefined;
  if (caller === undefined || caller === 'root') {
    const { username, uid, gid } = userInfo();
    return { name: username, uid, gid, home: io.home };
  }
  if (scope === 'user') {
    throw new HoldfastError(
      'ERR_SERVICE_SUDO',
      `With sudo this would be a service of root, not of ${caller}.`,
      {
        hint: 'Leave out sudo, or add --system for a service of the machine.',
      },
    );
  }
  return {
    name: caller,
    uid: Number(io.env['SUDO_UID']),
    gid: Number(io.env['SUDO_GID']),
    home: await homeOf(caller, io.platform, run),
  };
}

/** The home of another user, as the system knows it. */
async function homeOf(user: string, platform: NodeJS.Platform, run: Run): Promise<string> {
  const [command, read]: [Parameters<Run>[0], (out: string) => string | undefined] =
    platform === 'darwin'
      ? [
          ['dscl', '.', '-read', `/Users/${user}`, 'NFSHomeDirectory'],
          (out) => /^NFSHomeDirectory: (.*)$/m.exec(out)?.[1],
        ]
      : [['getent', 'passwd', user], (out) => out.trim().split(':')[5]];
  const { code, out } = await run(command);
  const home = code === 0 ? read(out) : undefined;
  if (home !== undefined && home.startsWith('/')) return home;
  throw new HoldfastError('ERR_SERVICE_SUDO', `The home of ${user} could not be found.`, {
    hint: `See what \`${command.join(' ')}\` says.`,
  });
}
