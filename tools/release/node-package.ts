import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './entry.ts';
import { npm } from './npm.ts';
import { lockedPackage, nodeBinary } from './platforms.ts';
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
  const wanted = [nodeBinary(platform), 'LICENSE', 'package.json'];
  const take = installed
    ? installedFile(join(root, 'node_modules', platform.node))
    : fetched(root, platform, cache);
  const files = wanted.map((path) => ({ path, data: take(path), executable: path === nodeBinary(platform) }));
  return { version, files };
}

function installedFile(folder: string): (path: string) => Buffer {
  return (path) => readFileSync(join(folder, path));
}

function fetched(root: string, { node }: Platform, cache: string): (path: string) => Buffer {
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
  return (path) => {
    const data = entries.get(`package/${path}`);
    if (data === undefined) throw new Error(`${node}@${version} holds no ${path}`);
    return data;
  };
}

/** Whether content has the digest that npm's `integrity` names. */
export function isIntact(content: Buffer, integrity: string): boolean {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/s);
  return algorithm === 'sha512' && createHash('sha512').update(content).digest('base64') === digest;
}
