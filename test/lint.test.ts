import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';

const oxlint = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint');
const app = 'packages/holdfast/src';

const planted: Readonly<Record<string, readonly [text: string, message: string]>> = {
  [`${app}/sources/planted.ts`]: [
    "import type { Store } from '../store/port.ts';\n\n/** Of no use. */\nexport type Planted = Store;\n",
    'sources does not import store: A source knows one upstream and no store',
  ],
  [`${app}/ingest/planted.ts`]: [
    '/** The hour. */\nexport const hour = (): number => new Date().getUTCHours();\n',
    'Date without an argument: Time is passed in',
  ],
  [`${app}/follow/planted.ts`]: [
    '/** Later. */\nexport const later = setTimeout;\n',
    'setTimeout: Time is passed in',
  ],
  [`${app}/identity/planted.ts`]: [
    '/** A die. */\nexport const die = (): number => Math.random();\n',
    'Math.random: Randomness is passed in',
  ],
  [`${app}/audit/planted.ts`]: [
    '/** A page. */\nexport const page = fetch;\n',
    'fetch: The network is passed in',
  ],
  [`${app}/query/planted.ts`]: ['export const bare = 1;\n', 'bare is exported without a doc comment'],
  [`${app}/xml/planted.ts`]: [
    'const work = async (): Promise<void> => {};\n\n/** Starts and forgets. */\nexport function forget(): void {\n  work();\n}\n',
    'no-floating-promises',
  ],
  [`${app}/config/planted.ts`]: [
    "/** A kind. */\nexport function name(kind: 'a' | 'b'): string {\n  switch (kind) {\n    case 'a':\n      return 'A';\n  }\n  return '';\n}\n",
    'switch-exhaustiveness-check',
  ],
};
const clean = `${app}/model/clean.ts`;

let output: readonly string[] = [];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
  for (const path of [
    'oxlint.config.ts',
    'tsconfig.base.json',
    'tsconfig.json',
    'package.json',
    'tools/lint',
  ]) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [path, [text]] of Object.entries(planted)) write(path, text);
  write(clean, '/** One. */\nexport const one = 1;\n');
  const args = [oxlint, '--format', 'unix', 'packages'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  expect(status, stdout).toBe(1);
  output = stdout.split('\n').map((line) => line.replaceAll('\\', '/'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.entries(planted))('the linter refuses %s', (path, [, message]) => {
  const lines = output.filter((line) => line.startsWith(`${path}:`));
  expect(
    lines.some((line) => line.includes(message)),
    output.join('\n'),
  ).toBe(true);
});

test('the linter has nothing to say about a file that keeps the rules', () => {
  expect(output.filter((line) => line.startsWith(`${clean}:`))).toEqual([]);
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
