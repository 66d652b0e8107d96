import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ResolvedConfig } from '../../config/index.ts';
import { resolveConfig } from '../../config/index.ts';
import { userFolders } from '../../config/folders.ts';
import type { Run, Scope, ServiceSetup } from '../../service/index.ts';
import { systemRun } from '../../service/index.ts';
import { readVersion } from '../../version.ts';
import type { Io } from '../io.ts';
import type { Call, GlobalOptions } from '../verb.ts';
import { accountFor } from './account.ts';

/** This machine and this program, as the installation of a service needs them. */
export async function serviceSetup(call: Call<unknown>, scope: Scope): Promise<ServiceSetup> {
  const { io } = call;
  const run = runnerOf(io);
  const account = await accountFor(io, scope, run);
  const own = account.home === io.home;
  // The folders that sudo brings along are root's, not those of the user who called it.
  const env = own ? io.env : withoutFolders(io.env);
  const folders = userFolders({ platform: io.platform, home: account.home, env });
  const resolved = own ? call.resolved() : resolvedFor(io, call.options, account.home, env);
  return {
    world: {
      platform: io.platform,
      release: release(),
      env,
      uid: io.uid,
      account,
      clock: io.clock,
      run,
      exists: existsSync,
    },
    folders: { config: folders.config, data: folders.data, state: resolved.config.stateDir },
    resolved,
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    execPath: process.execPath,
    version: readVersion(),
  };
}

/** A session without pam_systemd does not know the folder of its user's manager, though it is there. */
function runnerOf({ env, uid }: Io): Run {
  const folder = `/run/user/${uid ?? 0}`;
  const known = env['XDG_RUNTIME_DIR'] !== undefined || !existsSync(folder);
  return systemRun(known ? env : { ...env, XDG_RUNTIME_DIR: folder });
}

function withoutFolders(env: Io['env']): Io['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('XDG_')));
}

function resolvedFor(io: Io, options: GlobalOptions, home: string, env: Io['env']): ResolvedConfig {
  const { config, dataDir, contact, store, maxDisk } = options;
  const given = Object.entries({ config, dataDir, contact, store, maxDisk });
  const flags = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return resolveConfig({ cwd: io.cwd, platform: io.platform, home, env, flags });
}
