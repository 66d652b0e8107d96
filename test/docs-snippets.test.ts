import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { runSnippets } from './snippets/run-snippets.ts';
import type { Problems } from './snippets/run-snippets.ts';
import { snippetsOf } from './snippets/snippets.ts';
import { trackedFiles } from './tracked-files.ts';

const snippets = trackedFiles('*.md')
  .filter((path) => !path.startsWith('changelog.d/'))
  .flatMap((path) => snippetsOf(path, readFileSync(join(root, path), 'utf8')))
  .map((snippet, index) => ({ ...snippet, file: `snippet-${index}` }));

const PREPARED_WITHIN_MS = 240_000;

let folder = '';
let compiled = '';
let problems: ReadonlyMap<string, Problems> = new Map();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-snippets-'));
  compiled = compileAll(snippets);
  const ready = snippets.filter(({ file, notRun }) => notRun === undefined && errorOf(file) === undefined);
  problems = await runSnippets(
    ready.map(({ file }) => join(folder, 'out', `${file}.js`)),
    folder,
  );
}, PREPARED_WITHIN_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Compiles programs in the folder; what the compiler says. */
function compileAll(programs: readonly { readonly file: string; readonly code: string }[]): string {
  mkdirSync(join(folder, 'src'), { recursive: true });
  if (!existsSync(join(folder, 'node_modules'))) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  }
  for (const { file, code } of programs) writeFileSync(join(folder, 'src', `${file}.ts`), code);
  const compilerOptions = {
    rootDir: 'src',
    outDir: 'out',
    customConditions: ['@holdfast/source'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['src'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    encoding: 'utf8',
  }).stdout;
}

/** Its first error of the compiler. */
function errorOf(file: string): string | undefined {
  return compiled.split('\n').find((line) => line.includes(`${file}.ts(`));
}

describe('the programs in the documents', () => {
  test('are found', () => expect(snippets.length).toBeGreaterThan(5));

  test.each(snippets)('$place compiles, and runs to its end', ({ file, notRun }) => {
    expect(errorOf(file)).toBeUndefined();
    if (notRun === undefined) expect(problems.get(join(folder, 'out', `${file}.js`))).toEqual([]);
  });
});

test.each([
  ['throws', "throw new Error('on purpose');", 'on purpose'],
  ['leaves a rejection to nobody', "void Promise.reject(new Error('on purpose'));", 'on purpose'],
  ['never comes to its end', 'await new Promise(() => {});', 'never comes to its end'],
])('a program that %s is found out, and those before it are not blamed', async (_, code, said) => {
  const good = { file: `good-${code.length}`, code: 'console.log(1);\nexport {};\n' };
  const bad = { file: `bad-${code.length}`, code: `${code}\nexport {};\n` };
  mkdirSync(join(folder, 'out'), { recursive: true });
  const paths = [good, bad].map(({ file, code: text }) => {
    const path = join(folder, 'out', `${file}.js`);
    writeFileSync(path, text);
    return path;
  });
  const found = await runSnippets(paths, folder);
  expect(paths.map((path) => found.get(path))).toEqual([[], [expect.stringContaining(said)]]);
});

test('a program is found with what is given before it and where it stands', () => {
  const text =
    'Text.\n\n<!-- given: const a = 1; -->\n<!-- not run: needs b -->\n```ts\nconsole.log(a);\n```\n';
  expect(snippetsOf('docs/x.md', text)).toEqual([
    { place: 'docs/x.md:5', code: 'const a = 1;\nconsole.log(a);\n', notRun: 'needs b' },
  ]);
});
