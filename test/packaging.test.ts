import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { binaryOf } from '../tools/node-matrix/run.ts';
import { covered } from './needs.ts';
import { manifestOf, npm, pack, runtimeDependencies } from './npm.ts';
import type { Packed } from './npm.ts';

const published = [
  { folder: 'packages/resilience', maxBytes: 450_000, holds: ['dist/index.js', 'dist/index.d.ts'] },
  {
    folder: 'packages/holdfast',
    maxBytes: 2_500_000,
    holds: ['bin/holdfast.js', 'dist/cli/main.js', 'dist/engine/main.js', 'dist/upstream/index.js'],
  },
] as const;

let folder = '';
const packages = new Map<string, Packed>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
  for (const each of published) packages.set(each.folder, pack(each.folder, folder));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(published)('the package of $folder', ({ folder: name, maxBytes, holds }) => {
  const paths = (): string[] => (packages.get(name)?.files ?? []).map(({ path }) => path);

  test('it holds the license, its entry points and what it starts', () => {
    expect(paths()).toEqual(expect.arrayContaining(['LICENSE', 'package.json', ...holds]));
  });

  test('it holds no tests, sources or source maps', () => {
    const odd = /\.(test|bench)\.|\/conformance\.|(?<!^dist)\/testing\/|\.map$|(?<!\.d)\.ts$|tsconfig|^src\//;
    expect(paths().filter((path) => odd.test(path))).toEqual([]);
  });

  test('it holds nothing whose source is gone (npm run build -- --clean mends that)', () => {
    const built = paths().filter((path) => /^dist\/.*\.js$/.test(path));
    expect(built.length).toBeGreaterThan(5);
    expect(built.filter((path) => !existsSync(sourceOf(name, path)))).toEqual([]);
  });

  test(`it is smaller than ${maxBytes} bytes`, () => {
    expect(packages.get(name)?.size).toBeGreaterThan(1000);
    expect(packages.get(name)?.size).toBeLessThan(maxBytes);
  });

  test('its license is that of the repository', () => {
    expect(readFileSync(join(root, name, 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(root, 'LICENSE'), 'utf8'),
    );
  });
});

describe('installed into an empty folder', () => {
  let home = '';
  const bin = (): string => join(home, 'node_modules/holdfast/bin/holdfast.js');
  const run = (
    node: string,
    ...args: readonly string[]
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(node, args, { cwd: home, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'holdfast-installed-'));
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
    // What they depend on is packed from what is installed here, so that no registry is asked.
    const names = [...runtimeDependencies('packages/holdfast')].filter(
      (name) => name !== '@holdfast/resilience',
    );
    const dependencies = names.map((name) => pack(`node_modules/${name}`, folder));
    const files = [...packages.values(), ...dependencies].map(({ filename }) => join(folder, filename));
    npm(home, 'install', '--no-save', ...files);
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test('the command line starts and tells its version', () => {
    const { status, stdout, stderr } = run(process.execPath, bin(), '--version');
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(manifestOf('packages/holdfast').version);
    expect(status).toBe(0);
  });

  test('npm links the command', () => {
    const name = process.platform === 'win32' ? 'holdfast.cmd' : 'holdfast';
    expect(existsSync(join(home, 'node_modules/.bin', name))).toBe(true);
  });

  test('every entry point of the library loads', () => {
    // The one that needs its driver at run time says so by the driver's name: see the next test.
    const entries = Object.keys(manifestOf('packages/resilience').exports ?? {}).filter(
      (each) => !each.endsWith('.json') && each !== './adapters/selenium',
    );
    expect(entries.length).toBeGreaterThan(3);
    const script = entries.map((each) => `await import('@holdfast/resilience${each.slice(1)}');`).join('\n');
    const { status, stderr } = run(process.execPath, '--input-type=module', '--eval', script);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('an adapter whose driver is not installed names it', () => {
    const script = "await import('@holdfast/resilience/adapters/selenium');";
    const { status, stderr } = run(process.execPath, '--input-type=module', '--eval', script);
    expect(stderr).toContain("Cannot find package 'selenium-webdriver'");
    expect(status).toBe(1);
  });

  // The least Node that the application takes, and the one that the lock file brings.
  const younger = { 24: binaryOf('24'), 26: process.execPath };
  describe.for(Object.entries(younger))('under Node %s', ([major, node]) => {
    test.skipIf(major === '24' && !covered('Node 24', existsSync(node)))(
      'it harvests simulated upstreams and compares, and lists its drill',
      () => {
        expect(run(node, '--version').stdout).toMatch(new RegExp(`^v${major}\\.`));
        const demo = run(node, bin(), 'demo');
        expect(demo.status, demo.stderr).toBe(0);
        expect(demo.stdout).toMatch(/^arxiv +\d+ +1200 +1200 +0 +0 +0$/m);
        const list = run(node, bin(), 'drill', '--list');
        expect(list.status, list.stderr).toBe(0);
        expect(list.stdout).toContain('process killed');
      },
    );
  });

  const old = binaryOf('20');
  test.skipIf(!covered('Node 20', existsSync(old)))(
    'a Node that is too old is told which one is needed',
    () => {
      const { status, stderr } = run(old, bin(), '--version');
      expect(stderr).toContain('24.15');
      expect(status).toBe(78);
    },
  );

  test('npm removes the command and the packages, and touches nothing else', () => {
    mkdirSync(join(home, 'data'));
    npm(home, 'uninstall', '--no-save', 'holdfast', '@holdfast/resilience');
    expect(existsSync(join(home, 'node_modules/holdfast'))).toBe(false);
    expect(existsSync(join(home, 'node_modules/.bin/holdfast'))).toBe(false);
    expect(existsSync(join(home, 'data'))).toBe(true);
  });
});

/** The source that a built file stems from; the simulator and the drill are put into the application from folders of their own. */
function sourceOf(name: string, built: string): string {
  const source = built.replace(/^dist\//, '').replace(/\.js$/, '.ts');
  // Joined from the compiled product and its tests' histories.
  if (source.startsWith('simulation/')) return join(root, name, 'test', source);
  if (source.startsWith('drill/')) return join(root, source);
  const [home, path] = source.startsWith('upstream/')
    ? ['packages/upstream', source.slice('upstream/'.length)]
    : [name, source];
  return join(root, home, 'src', path);
}
