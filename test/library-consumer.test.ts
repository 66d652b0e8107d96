import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { binaryOf } from '../tools/node-matrix/run.ts';
import { covered } from './needs.ts';
import { npm, pack } from './npm.ts';

/** Types of a driver come with the driver: who imports its adapter has it. */
const DRIVERS = ['./adapters/playwright', './adapters/puppeteer', './adapters/selenium'];

let home = '';
let entries: readonly string[] = [];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-consumer-'));
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
  npm(home, 'install', '--no-save', join(home, pack('packages/resilience', home).filename));
  copyFileSync(join(root, 'test/consumer/program.ts'), join(home, 'program.ts'));
  const manifest = readFileSync(join(home, 'node_modules/@holdfast/resilience/package.json'), 'utf8');
  const { exports } = JSON.parse(manifest) as { exports: Readonly<Record<string, unknown>> };
  entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  const imported = entries.filter((entry) => !DRIVERS.includes(entry));
  const lines = imported.map((entry, n) => `export * as e${n} from '@holdfast/resilience${entry.slice(1)}';`);
  writeFileSync(join(home, 'everything.ts'), `${lines.join('\n')}\n`);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What the compiler says of the consumer's files, with nothing of this repository but `@types/node` in reach. */
function compile(): string {
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    rootDir: '.',
    outDir: 'out',
  };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', home], { encoding: 'utf8' });
  return status === 0 ? '' : stdout;
}

describe('the packed library in a program of somebody else', () => {
  test('has its entry points', () => expect(entries.length).toBeGreaterThan(15));

  test('passes the strict checks of the compiler, the declarations of the library too', () => {
    expect(compile()).toBe('');
  });

  const nodes = [
    { name: 'Node 22', binary: binaryOf('22') },
    { name: 'Node 24', binary: binaryOf('24') },
    { name: 'Node 26', binary: process.execPath },
  ] as const;

  for (const { name, binary } of nodes) {
    const isThere = name === 'Node 26' || existsSync(binary);
    test.skipIf(!(name === 'Node 26' ? isThere : covered(name, isThere)))(`runs on ${name}`, () => {
      const { status, stdout, stderr } = spawnSync(binary, ['--no-warnings', join(home, 'out/program.js')], {
        cwd: home,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout.split('\n').slice(0, -1)).toEqual([
        'page 5 at attempt 3 3',
        'dns undefined',
        'nothing',
        'Error: planned',
        '4',
        'function,function,function,function,function,function',
        'policy,tree true',
        'true',
      ]);
    });
  }
});
