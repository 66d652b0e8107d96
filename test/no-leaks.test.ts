import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { trackedFiles } from './tracked-files.ts';

// Put together from parts, so that this file does not hold what it looks for.
const registry = ['registry', 'npmjs'].join('.');
const machine = [
  ['', 'work', ''],
  ['', 'farm', ''],
  ['', 'tmp', 'bash_jobs'],
].map((parts) => parts.join('/'));
const focused = new RegExp(`\\b(?:describe|test|it)\\.${'only'}\\(`);

const files = trackedFiles().filter((path) => !/\.(png|gz|db|ico)$/.test(path));
const texts = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));

/** Lines as `path:number: text` on which `finds` answers true. */
function lines(
  finds: (line: string, path: string) => boolean,
  among: ReadonlyMap<string, string> = texts,
): string[] {
  return [...among].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, at) => (finds(line, path) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  );
}

const namesRegistry = (line: string): boolean => line.includes(registry);
const namesMachine = (line: string): boolean =>
  machine.some((folder) => new RegExp(`(^|[^A-Za-z0-9_.~-])${folder}`).test(line));
const namesSource = (line: string, path: string): boolean =>
  path.endsWith('package-lock.json') && /"resolved": "https?:/.test(line);
const isFocused = (line: string, path: string): boolean => path.endsWith('.test.ts') && focused.test(line);

describe('what is committed', () => {
  test('the check reads the files of the repository', () => expect(files.length).toBeGreaterThan(50));
  test('no file names the host of a package registry', () => expect(lines(namesRegistry)).toEqual([]));
  test('no file holds a path of one machine', () => expect(lines(namesMachine)).toEqual([]));
  test('no lock file says where a package comes from', () => expect(lines(namesSource)).toEqual([]));
  test('no test is left to run alone', () => expect(lines(isFocused)).toEqual([]));
  test('every lock file holds the builds of its native packages for all five platforms', () => {
    expect(
      lockFiles().flatMap(([path, lock]) => missingBuilds(lock).map((name) => `${path}: ${name}`)),
    ).toEqual([]);
  });
  test('no package of a lock file brings an install script that has to run', () => {
    const scripts = lockFiles().flatMap(([, { packages }]) =>
      Object.entries(packages).flatMap(([name, { hasInstallScript, optional }]) =>
        hasInstallScript && !optional ? [name] : [],
      ),
    );
    expect(scripts).toEqual([]);
  });
});

test('each of the checks finds what it is for', () => {
  const plant = (path: string, text: string): ReadonlyMap<string, string> => new Map([[path, text]]);
  expect(lines(namesRegistry, plant('a.md', `see https://${registry}.org/x`))).toHaveLength(1);
  for (const folder of machine) expect(lines(namesMachine, plant('a.ts', `'${folder}x'`))).toHaveLength(1);
  expect(lines(namesMachine, plant('a.ts', "'./src/work/x'"))).toEqual([]);
  expect(lines(namesSource, plant('package-lock.json', `"${'resolved'}": "https://x/y.tgz",`))).toHaveLength(
    1,
  );
  expect(lines(isFocused, plant('a.test.ts', `test.${'only'}('x', () => {})`))).toHaveLength(1);
  const lock = {
    packages: { 'node_modules/x': { optionalDependencies: { 'x-linux-x64': '1', 'x-darwin-arm64': '1' } } },
  };
  expect(missingBuilds(lock)).toEqual(['x-linux-x64', 'x-darwin-arm64']);
});

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly optionalDependencies?: Readonly<Record<string, string>>;
        readonly hasInstallScript?: boolean;
        readonly optional?: boolean;
      }
    >
  >;
}

function lockFiles(): (readonly [string, Lock])[] {
  return [...texts]
    .filter(([path]) => path.endsWith('package-lock.json'))
    .map(([path, text]) => [path, JSON.parse(text) as Lock]);
}

/** Optional packages for linux, darwin or win32 that a package of the lock file names and the lock file lacks. */
function missingBuilds({ packages }: Lock): string[] {
  return Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => /linux|darwin|win32/.test(name) && packages[`node_modules/${name}`] === undefined);
}
