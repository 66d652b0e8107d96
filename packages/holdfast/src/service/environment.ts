import { isAbsolute } from 'node:path';
import type { ResolvedConfig } from '../config/index.ts';
import { VARIABLES } from '../config/overrides.ts';
import type { ManagerKind } from './names.ts';
import type { ServiceWorld } from './world.ts';

/** The variables of a service, and what could not be taken over. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** Variables that decide how the network is reached. */
const NETWORK = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const CERTIFICATES = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA'];
/** They decide where the product's folders are. */
const FOLDERS = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME'];

/**
 * What the service gets of the surroundings in which it is installed: what decides its folders, its settings and its
 * way to the network. Nothing secret: a definition is shown, and others may read it.
 */
export function serviceEnvironment(
  { env, platform }: Pick<ServiceWorld, 'env' | 'platform'>,
  resolved: ResolvedConfig,
  { manager, secretsFile }: { readonly manager: ManagerKind; readonly secretsFile: string },
): Surroundings {
  const given = (names: readonly string[]): [string, string][] =>
    names.flatMap((name): [string, string][] => {
      const value = env[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    });
  const network = given(NETWORK);
  const withPassword = network.filter(([, value]) => /\/\/[^/@]+@|^[^/@]+@/.test(value));
  const folders = platform === 'win32' ? [] : given(FOLDERS).filter(([, value]) => isAbsolute(value));
  return {
    env: {
      HOLDFAST_MANAGER: manager,
      ...Object.fromEntries(settings(resolved)),
      ...(platform === 'win32' ? {} : { PATH: searchPath(env['PATH'] ?? '') }),
      ...(platform === 'darwin' ? Object.fromEntries(given(['TMPDIR'])) : {}),
      ...Object.fromEntries([
        ...folders,
        ...network.filter((each) => !withPassword.includes(each)),
        ...given(CERTIFICATES),
      ]),
    },
    warnings: [
      ...withPassword.map(
        ([name]) =>
          `${name} holds a password and is left out: others could read it. Write it into ${secretsFile}, a file of your own (NAME='value', one a line).`,
      ),
      ...missingSecrets(resolved, secretsFile),
    ],
  };
}

/** Settings that a flag or a variable has given, under the names of the variables and with absolute paths. */
function settings({ origins }: ResolvedConfig): [string, string][] {
  return Object.entries(VARIABLES).flatMap(([name, key]): [string, string][] => {
    const found = origins.find((each) => each.key === key);
    const given = found !== undefined && /^(HOLDFAST_|--)/.test(found.origin);
    return given ? [[name, String(found.value)]] : [];
  });
}

/** The folders of the user's PATH that stay, and those that every system has. */
function searchPath(path: string): string {
  const own = path
    .split(':')
    .filter(
      (folder) =>
        isAbsolute(folder) && !/\/(node_modules|_npx|node-gyp-bin|fnm_multishells)(\/|$)/.test(folder),
    );
  return [...new Set([...own, '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'])].join(':');
}

/** Variables that the configuration names for secrets of alerts, which the service does not have by itself. */
function missingSecrets({ config }: ResolvedConfig, secretsFile: string): readonly string[] {
  const names = config.alerts.channels.flatMap((channel) => {
    if (channel.type === 'webhook') return [channel.secretEnv];
    return channel.type === 'email' ? [channel.userEnv, channel.passwordEnv] : [];
  });
  const named = [...new Set(names.filter((name) => name !== null))];
  return named.length === 0
    ? []
    : [
        `The alerts need ${named.join(', ')}, which the service does not take over from here: write them into ${secretsFile} (NAME='value', one a line), readable by you alone.`,
      ];
}
