import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tools/lint/resolve-import.ts';

/** A package as `npm pack --json` describes it. */
export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** The little of a package.json that the tests read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** Runs npm in `cwd` without install scripts and without asking the network; its standard output. */
export function npm(cwd: string, ...args: readonly string[]): string {
  const script = process.env['npm_execpath'];
  const flags = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--no-update-notifier'];
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const { status, stdout, stderr } =
    script === undefined
      ? spawnSync('npm', [...args, ...flags], { ...options, shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [script, ...args, ...flags], options);
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}

/** Packs the package in `folder` (from the root of the repository) into `destination`. */
export function pack(folder: string, destination: string): Packed {
  const [packed] = JSON.parse(
    npm(join(root, folder), 'pack', '--json', '--pack-destination', destination),
  ) as Packed[];
  if (!packed) throw new Error(`npm pack said nothing about ${folder}`);
  return packed;
}

/** Reads the package.json in `folder`, from the root of the repository. */
export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** Names of everything that the package in `folder` needs at run time, from its installed dependencies on down. */
export function runtimeDependencies(folder: string): ReadonlySet<string> {
  const found = new Set(Object.keys(manifestOf(folder).dependencies ?? {}));
  for (const name of found) {
    for (const next of Object.keys(manifestOf(`node_modules/${name}`).dependencies ?? {})) found.add(next);
  }
  return found;
}
