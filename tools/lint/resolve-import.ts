/** Finds which file of the repository an import names, without a build and without reading `node_modules`. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const workspaces: Readonly<Record<string, string>> = {
  '@holdfast/resilience': 'packages/resilience',
  '@holdfast/upstream': 'packages/upstream',
  holdfast: 'packages/holdfast',
};
const sources = new Map<string, Readonly<Record<string, string>>>();

/**
 * The path from the root of the repository that `specifier` names when written in the file `from`,
 * or `specifier` itself when it names a package from outside or a built-in module.
 */
export function resolveImport(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const name = Object.keys(workspaces).find((each) => specifier === each || specifier.startsWith(`${each}/`));
  const folder = name === undefined ? undefined : workspaces[name];
  if (name === undefined || folder === undefined) return specifier;
  const entry = entriesOf(folder)[`.${specifier.slice(name.length)}`];
  return posix.join(folder, entry ?? `src${specifier.slice(name.length)}/index.ts`);
}

/** Entry points of a workspace and the source file behind each. */
function entriesOf(folder: string): Readonly<Record<string, string>> {
  const known = sources.get(folder);
  if (known) return known;
  const found: Record<string, string> = {};
  const manifest = join(root, folder, 'package.json');
  const { exports = {} } = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as {
        exports?: Record<string, string | Record<string, string>>;
      })
    : {};
  for (const [entry, target] of Object.entries(exports)) {
    found[entry] = typeof target === 'string' ? target : (target['@holdfast/source'] ?? entry);
  }
  sources.set(folder, found);
  return found;
}
