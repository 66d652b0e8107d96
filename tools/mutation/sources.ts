import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMutants } from './find-mutants.ts';
import type { FileMutants } from './find-mutants.ts';

/** Files of TypeScript that only tests use, or that are tests. */
const ONLY_FOR_TESTS = /\.test\.ts$|\.d\.ts$|(^|\/)conformance\.ts$|(^|\/)testing\//;

/** The sources under the folders, relative to `root`, sorted: every `.ts` file that is no test and no help for tests. */
export function sourcesIn(root: string, folders: readonly string[]): readonly string[] {
  return filesIn(root, folders, '.ts').filter((file) => !ONLY_FOR_TESTS.test(file));
}

/** The test files under the folders, relative to `root`, sorted. */
export function testsIn(root: string, folders: readonly string[]): readonly string[] {
  return filesIn(root, folders, '.test.ts');
}

/** The mutants of all sources whose path contains `only`. */
export function mutantsIn(
  root: string,
  folders: readonly string[],
  { only, operators }: { readonly only: string; readonly operators: readonly string[] },
): readonly FileMutants[] {
  let firstId = 0;
  return sourcesIn(root, folders)
    .filter((file) => file.includes(only))
    .map((file) => {
      const found = findMutants(file, readFileSync(join(root, file), 'utf8'), { firstId, operators });
      firstId += found.mutants.length;
      return found;
    });
}

function filesIn(root: string, folders: readonly string[], ending: string): readonly string[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*${ending}`, { cwd: root }))
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();
}
