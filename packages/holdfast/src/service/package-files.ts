import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { HoldfastError } from '../model/error.ts';

/** A package that the program needs, and where it goes in a copy. */
export interface NeededPackage {
  /** Its real folder. */
  readonly from: string;
  /** Its folder in the copy, relative to it: `node_modules/x`, nested where versions differ. */
  readonly to: string;
  /** Its files, relative to its folder, sorted; without packages that lie within. */
  readonly files: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What npm puts into every package, whatever its `files` say. */
const ALWAYS = /^(package\.json|readme|licen[cs]e|notice)/i;

/**
 * A package and everything it depends on, found as Node finds it, so that the copy loads the same files. Each goes
 * to the top of the copy, except a second version of one that is there already, which goes beneath who needs it.
 * @throws HoldfastError `ERR_SERVICE_PROGRAM` when something that is needed is not installed
 */
export function neededPackages(root: string): readonly NeededPackage[] {
  const top = new Map<string, string>();
  const found: NeededPackage[] = [];
  const visit = (name: string, from: string, parent: string): void => {
    const taken = top.get(name);
    if (taken === from) return;
    if (taken === undefined) top.set(name, from);
    const to = taken === undefined ? `node_modules/${name}` : `${parent}/node_modules/${name}`;
    if (found.some((each) => each.to === to)) return;
    const manifest = manifestOf(from);
    found.push({ from, to, files: filesOf(from, manifest) });
    for (const dependency of Object.keys(manifest.dependencies ?? {}))
      visit(dependency, resolvePackage(dependency, from), to);
  };
  const real = realpathSync(root);
  visit(manifestOf(real).name, real, '');
  return found;
}

/** The manifest of the package in a folder. */
export function manifestOf(
  folder: string,
): Manifest & { readonly version: string; readonly engines?: { readonly node?: string } } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ReturnType<typeof manifestOf>;
}

/** The real folder of a package as seen from another one: the nearest `node_modules` upwards that has it. */
function resolvePackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (folder === dirname(folder)) {
      throw new HoldfastError('ERR_SERVICE_PROGRAM', `The package ${name} is not installed.`, {
        hint: 'Run npm ci in the checkout, then install the service again.',
      });
    }
  }
}

/** What npm would publish of a package that lies in a checkout; all of one that npm has installed. */
function filesOf(folder: string, { files }: Manifest): readonly string[] {
  const installed = folder.includes(`${sep}node_modules${sep}`);
  const names = readdirSync(folder).filter(
    (name) =>
      name !== 'node_modules' &&
      (installed || files === undefined || files.includes(name) || ALWAYS.test(name)),
  );
  return names.flatMap((name) => filesBelow(folder, name)).sort();
}

function filesBelow(folder: string, path: string): string[] {
  const whole = join(folder, path);
  if (!existsSync(whole)) return [];
  const entries = readdirSync(dirname(whole), { withFileTypes: true });
  const entry = entries.find(({ name }) => join(dirname(whole), name) === whole);
  if (entry?.isFile() === true) return [path];
  if (entry?.isDirectory() !== true) return [];
  return readdirSync(whole, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1));
}
