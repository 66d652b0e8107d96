import { realpathSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** The Node that a service starts. */
export interface NodeChoice {
  /** Absolute path, as it stands in the definition. */
  readonly path: string;
  /** It lies among the packages of a checkout or of npx, and has to be copied. */
  readonly fleeting: boolean;
  /** What may take it away; null when nothing is known to. */
  readonly warning: string | null;
}

/** Links that the system's package managers keep pointing at their newest Node. */
const STABLE_LINKS = [
  '/opt/homebrew/bin/node',
  '/usr/local/bin/node',
  '/home/linuxbrew/.linuxbrew/bin/node',
  '/usr/bin/node',
];

/** Folders in which managers of Node versions keep them, by the name of the manager. */
const MANAGED: readonly (readonly [string, RegExp])[] = [
  ['nvm', /[/\\](\.nvm[/\\]versions|nvm[/\\](versions[/\\]node|v\d+\.))/i],
  ['fnm', /[/\\]\.?fnm(_multishells|[/\\]node-versions)?[/\\]/i],
  ['volta', /[/\\]\.?volta[/\\]/i],
  ['asdf', /[/\\]\.asdf[/\\]/],
  ['mise', /[/\\]mise[/\\]installs[/\\]/],
  ['nodenv', /[/\\]\.nodenv[/\\]/],
];

/** What is asked of the file system. */
export interface NodeLooks {
  readonly links?: readonly string[];
  /** Throws when there is no such path. */
  readonly realPath?: (path: string) => string;
}

/**
 * The path under which the running Node can be expected to stay. `process.execPath` is a real path: with Homebrew it
 * names a version that the next upgrade deletes, so a stable link to the same binary is taken where there is one.
 */
export function chooseNode(execPath: string, looks: NodeLooks = {}): NodeChoice {
  const { links = STABLE_LINKS, realPath = (path) => realpathSync(path) } = looks;
  const real = realPath(execPath);
  const leadsThere = (link: string): boolean => {
    try {
      return realPath(link) === real;
    } catch {
      return false;
    }
  };
  const stable = [...links, ...kegLink(real)].find(leadsThere);
  if (stable !== undefined) return { path: stable, fleeting: false, warning: null };
  if (/[/\\]node_modules[/\\]/.test(real)) return { path: real, fleeting: true, warning: null };
  const manager = MANAGED.find(([, folder]) => folder.test(real) || folder.test(execPath))?.[0];
  const warning =
    manager === undefined
      ? null
      : `This Node belongs to ${manager} (${real}). When ${manager} removes that version, the service cannot start: install Node for the whole system, or run \`holdfast service install\` again after every change.`;
  return { path: real, fleeting: false, warning };
}

/** Homebrew's link of one formula, such as `node@24`, which survives its upgrades. */
function kegLink(real: string): readonly string[] {
  const [, prefix, formula] = /^(.*)\/Cellar\/([^/]+)\/[^/]+\/bin\/node$/.exec(real) ?? [];
  return prefix === undefined || formula === undefined
    ? []
    : [posix.join(prefix, 'opt', formula, 'bin/node')];
}

/** The name of Node's file in a copy. */
export function nodeFile(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'node.exe' : join('bin', 'node');
}

/** Whether the version of a Node, as `node --version` tells it, is at least the one that a package.json asks for. */
export function newEnough(version: string, engines: string): boolean {
  const numbers = (text: string): readonly number[] =>
    (/(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text)?.slice(1) ?? []).map((each) => Number(each ?? 0));
  const [major = 0, minor = 0, patch = 0] = numbers(version);
  const [leastMajor = 0, leastMinor = 0, leastPatch = 0] = numbers(engines);
  if (major !== leastMajor) return major > leastMajor;
  return minor === leastMinor ? patch >= leastPatch : minor > leastMinor;
}

/** The folder of a checkout or of a project that a path lies in; null when it lies in none. */
export function projectOf(path: string, exists: (path: string) => boolean): string | null {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (exists(join(folder, '.git'))) return folder;
  }
  return null;
}
