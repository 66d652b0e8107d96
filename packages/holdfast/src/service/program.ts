import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { SUPERVISOR_PROGRAM } from '../model/supervisor-program.ts';
import type { NodeLooks } from './node-path.ts';
import { chooseNode, nodeFile } from './node-path.ts';
import type { NeededPackage } from './package-files.ts';
import { manifestOf, neededPackages } from './package-files.ts';

/** The program as a service will start it. */
export interface ProgramPlan {
  readonly node: string;
  /** The supervisor's file. */
  readonly script: string;
  /** What has to be copied first; null when the program is started where it lies. */
  readonly copy: CopyPlan | null;
  readonly warnings: readonly string[];
}

/** A copy of the program, named by version and content, so that it is never changed once it is there. */
export interface CopyPlan {
  readonly folder: string;
  readonly packages: readonly NeededPackage[];
  /** The Node to copy along; null when another one is used. */
  readonly node: string | null;
}

/** What the plan is made from. */
export interface ProgramInputs {
  /** The folder of the package `holdfast` that runs now. */
  readonly root: string;
  readonly execPath: string;
  /** Copies lie here. */
  readonly appFolder: string;
  readonly platform: NodeJS.Platform;
  readonly looks?: NodeLooks;
}

/**
 * Decides what the service starts: the program where it lies when it is installed for all (`npm install --global`),
 * or is such a copy already; else a copy, with its Node when that would go with a checkout, so that nothing the
 * user does there (pull, build, delete) touches the service.
 */
export function planProgram({ root, execPath, appFolder, platform, looks }: ProgramInputs): ProgramPlan {
  const real = realpathSync(root);
  const node = chooseNode(execPath, looks);
  const warnings = node.warning === null ? [] : [node.warning];
  const inCopy = isWithin(real, appFolder);
  if (inCopy || (isGlobal(real) && !node.fleeting)) {
    return { node: node.path, script: join(real, SUPERVISOR_PROGRAM), copy: null, warnings };
  }
  if (!existsSync(join(real, 'dist'))) throw notBuilt();
  const packages = neededPackages(real);
  const { version } = manifestOf(real);
  const copied = node.fleeting ? node.path : null;
  const folder = join(appFolder, `${version}-${contentHash(packages, copied)}`);
  return {
    node: copied === null ? node.path : join(folder, nodeFile(platform)),
    script: join(folder, packages[0]?.to ?? '', SUPERVISOR_PROGRAM),
    copy: { folder, packages, node: copied },
    warnings,
  };
}

/** Whether a package lies in a `node_modules` that belongs to no project. */
function isGlobal(root: string): boolean {
  const at = root.lastIndexOf(`${sep}node_modules${sep}`);
  return at >= 0 && !existsSync(join(root.slice(0, at), 'package.json'));
}

/** Whether `path` lies in `folder`, which need not exist. */
export function isWithin(path: string, folder: string): boolean {
  const parent = existsSync(folder) ? realpathSync(folder) : join(dirname(folder), basename(folder));
  return path.startsWith(parent + sep);
}

/** Twelve hexadecimal digits over every path and every byte. */
function contentHash(packages: readonly NeededPackage[], node: string | null): string {
  const hash = createHash('sha256');
  const add = (name: string, file: string): void => {
    const content = readFileSync(file);
    hash.update(`${name}\0${content.length}\0`).update(content);
  };
  for (const { from, to, files } of packages)
    for (const file of files) add(`${to}/${file}`, join(from, file));
  if (node !== null) add('node', node);
  return hash.digest('hex').slice(0, 12);
}

function notBuilt(): HoldfastError {
  return new HoldfastError('ERR_SERVICE_PROGRAM', 'The program of this checkout is not built.', {
    hint: 'Run npm ci (or npm run build), then install the service again.',
  });
}
