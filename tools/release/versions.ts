import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package.json files that carry the version of a release. */
const manifests = [
  'package.json',
  'packages/resilience/package.json',
  'packages/upstream/package.json',
  'packages/holdfast/package.json',
] as const;

/** Files that name the version, from the root of the repository. */
export const versionFiles: readonly string[] = [...manifests, 'package-lock.json'];

const LIBRARY = '@holdfast/resilience';

interface Manifest {
  version: string;
  dependencies?: Record<string, string>;
}

/** Every place that names the version of the release, and what it says. */
export function versions(root: string): readonly { readonly where: string; readonly version: string }[] {
  const found = manifests.map((where) => ({ where, version: read<Manifest>(root, where).version }));
  const needed = read<Manifest>(root, 'packages/holdfast/package.json').dependencies?.[LIBRARY] ?? 'nothing';
  const { packages, version } = readLock(root);
  const locked = ['', 'packages/resilience', 'packages/upstream', 'packages/holdfast'].map((path) => ({
    where: `package-lock.json, ${path === '' ? 'the workspace' : path}`,
    version: packages[path]?.version ?? 'nothing',
  }));
  return [
    ...found,
    { where: `packages/holdfast/package.json, ${LIBRARY}`, version: needed },
    { where: 'package-lock.json', version: version },
    ...locked,
    {
      where: `package-lock.json, ${LIBRARY}`,
      version: packages['packages/holdfast']?.dependencies?.[LIBRARY] ?? 'nothing',
    },
  ];
}

/** Writes a version to every place that names it. */
export function setVersion(root: string, version: string): void {
  const stamp = (manifest: Manifest): void => {
    manifest.version = version;
    if (manifest.dependencies?.[LIBRARY] !== undefined) manifest.dependencies[LIBRARY] = version;
  };
  for (const path of manifests) {
    const manifest = read<Manifest>(root, path);
    stamp(manifest);
    write(root, path, manifest);
  }
  const lock = readLock(root);
  lock.version = version;
  for (const path of ['', 'packages/resilience', 'packages/upstream', 'packages/holdfast']) {
    const entry = lock.packages[path];
    if (entry !== undefined) stamp(entry);
  }
  write(root, 'package-lock.json', lock);
}

function readLock(root: string): { version: string; packages: Record<string, Manifest> } {
  return read(root, 'package-lock.json');
}

function read<T>(root: string, path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
}

function write(root: string, path: string, content: object): void {
  writeFileSync(join(root, path), `${JSON.stringify(content, null, 2)}\n`);
}
