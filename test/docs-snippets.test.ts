import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { snippetsOf } from './snippets/snippets.ts';
import { trackedFiles } from './tracked-files.ts';

const snippets = trackedFiles('*.md')
  .filter((path) => !path.startsWith('changelog.d/'))
  .flatMap((path) => snippetsOf(path, readFileSync(join(root, path), 'utf8')))
  .map((snippet, index) => ({ ...snippet, file: `snippet-${index}` }));

/** One that takes longer hangs. */
const LIMIT_MS = 60_000;

let folder = '';
let compiled = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-snippets-'));
  mkdirSync(join(folder, 'src'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const { file, code } of snippets) writeFileSync(join(folder, 'src', `${file}.ts`), code);
  const compilerOptions = {
    rootDir: 'src',
    outDir: 'out',
    customConditions: ['@holdfast/source'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['src'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  compiled = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    encoding: 'utf8',
  }).stdout;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Its first error of the compiler, with the place in the document's own lines. */
function errorOf(file: string): string | undefined {
  return compiled.split('\n').find((line) => line.includes(`${file}.ts(`));
}

function run(file: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const world = join(root, 'test/snippets/world.mjs');
  const args = ['--conditions=@holdfast/source', '--import', world, join(folder, 'out', `${file}.js`)];
  const home = mkdtempSync(join(folder, 'home-'));
  const child = spawn(process.execPath, args, { cwd: home, timeout: LIMIT_MS, killSignal: 'SIGKILL' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said += String(text)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

describe('the programs in the documents', () => {
  test('are found', () => expect(snippets.length).toBeGreaterThan(5));

  test.concurrent.each(snippets)('$place compiles, and runs to its end', async ({ file, notRun }) => {
    expect(errorOf(file)).toBeUndefined();
    if (notRun !== undefined) return;
    const { code, said } = await run(file);
    expect(said).not.toMatch(/Warning: |UnhandledPromiseRejection/);
    expect(code, said).toBe(0);
  });
});

test('a program is found with what is given before it and where it stands', () => {
  const text =
    'Text.\n\n<!-- given: const a = 1; -->\n<!-- not run: needs b -->\n```ts\nconsole.log(a);\n```\n';
  expect(snippetsOf('docs/x.md', text)).toEqual([
    { place: 'docs/x.md:5', code: 'const a = 1;\nconsole.log(a);\n', notRun: 'needs b' },
  ]);
});
