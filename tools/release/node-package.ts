import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { plain, program } from './entry.ts';
import type { Entry } from './entry.ts';
import { npm } from './npm.ts';
import { lockedPackage, nodeBinary, platforms } from './platforms.ts';
import type { Platform } from './platforms.ts';
import { readTarball } from './tar.ts';

/** Node for one platform: its version, and the files that an archive takes of its npm package. */
export interface NodeFiles {
  readonly version: string;
  readonly files: readonly Entry[];
}

/**
 * Node for a platform, from its npm package in exactly the bytes that package-lock.json pins. `cache` keeps what was
 * fetched. With `installed` it is taken from node_modules instead, as `npm ci` has checked and unpacked it.
 */
export function nodeFiles(root: string, platform: Platform, cache: string, installed = false): NodeFiles {
  const { version } = lockedPackage(root, platform.node);
  const take = installed
    ? installedFile(join(root, 'node_modules', platform.node))
    : fetched(root, platform, cache);
  const binary = nodeBinary(platform);
  const [donor = platform] = platforms;
  // The package for Windows brings no licence; it is the same text for every platform of a version.
  const licence = take('LICENSE') ?? need(fetched(root, donor, cache)('LICENSE'), donor, 'LICENSE');
  const files = [
    program(binary, need(take(binary), platform, binary)),
    plain('LICENSE', licence),
    plain('package.json', need(take('package.json'), platform, 'package.json')),
  ];
  return { version, files };
}

/** A file of a package of Node; undefined when the package has none of that name. */
type Take = (path: string) => Buffer | undefined;

function need(data: Buffer | undefined, { node }: Platform, path: string): Buffer {
  if (data === undefined) throw new Error(`${node} holds no ${path}`);
  return data;
}

function installedFile(folder: string): Take {
  return (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : undefined);
}

function fetched(root: string, { node }: Platform, cache: string): Take {
  const { version, integrity = '' } = lockedPackage(root, node);
  const file = join(cache, `${node}-${version}.tgz`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(file)) npm(root, 'pack', `${node}@${version}`, '--pack-destination', cache);
  const content = readFileSync(file);
  if (!isIntact(content, integrity)) {
    rmSync(file);
    throw new Error(`${node}@${version} is not what package-lock.json pins; it was removed from ${cache}`);
  }
  const entries = new Map(readTarball(content).map((entry) => [entry.path, entry.data]));
  return (path) => entries.get(`package/${path}`);
}

/** Whether content has the digest that npm's `integrity` names. */
export function isIntact(content: Buffer, integrity: string): boolean {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/s);
  return algorithm === 'sha512' && createHash('sha512').update(content).digest('base64') === digest;
}
