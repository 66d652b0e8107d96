import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtures } from '../../../src/lint/testing/fixtures.ts';
import type { Fixture } from '../../../src/lint/testing/fixtures.ts';

const plugin = fileURLToPath(new URL('../../../src/lint/index.ts', import.meta.url));
const binOf = (name: string): string =>
  join(
    dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)),
    'bin',
    `${name}${name === 'eslint' ? '.js' : ''}`,
  );

type Found = readonly (readonly [line: string, message: string])[];

let folder: string;
const names = new Map<string, string>();
const outputs: Record<'eslint' | 'oxlint', ReadonlyMap<string, Found>> = {
  eslint: new Map(),
  oxlint: new Map(),
};

const fixtureEntries = Object.entries(fixtures).map(([title, fixture], n) => {
  const file = `fixture-${n}.${fixture.typescript === true ? 'ts' : 'mjs'}`;
  names.set(title, file);
  return [title, fixture, file] as const;
});

/** Runs a linter, which fails when it finds something, and reads its JSON. */
function lint(name: 'eslint' | 'oxlint', ...args: readonly string[]): unknown {
  const run = spawnSync(process.execPath, [binOf(name), ...args], { cwd: folder, encoding: 'utf8' });
  expect(run.stderr, name).toBe('');
  return JSON.parse(run.stdout) as unknown;
}

function lineAt(file: string, line: number): string {
  return (readFileSync(join(folder, file), 'utf8').split('\n')[line - 1] ?? '').trim();
}

function withEslint(): ReadonlyMap<string, Found> {
  const options = fixtureEntries.map(
    ([, { options: own }, file]) =>
      `{ files: ['${file}'], rules: { 'holdfast/unprotected-operation': ['error', ${JSON.stringify(own ?? {})}] } }`,
  );
  writeFileSync(
    join(folder, 'eslint.config.mjs'),
    `import plugin from ${JSON.stringify(plugin)};\nexport default [plugin.configs.recommended, ${options.join(', ')}];\n`,
  );
  const results = lint('eslint', '--format', 'json', '.') as readonly {
    readonly filePath: string;
    readonly messages: readonly {
      readonly line: number;
      readonly message: string;
      readonly ruleId: string | null;
    }[];
  }[];
  const own = results.filter(({ filePath }) => /fixture-\d+\.mjs$/.test(filePath));
  return new Map(
    own.map(({ filePath, messages }) => {
      const file = filePath.slice(filePath.lastIndexOf('fixture-'));
      expect(messages.map(({ ruleId }) => ruleId)).toEqual(
        messages.map(() => 'holdfast/unprotected-operation'),
      );
      return [file, messages.map(({ line, message }) => [lineAt(file, line), message] as const)];
    }),
  );
}

function withOxlint(): ReadonlyMap<string, Found> {
  const overrides = fixtureEntries.map(([, { options }, file]) => ({
    files: [file],
    rules: { 'holdfast/unprotected-operation': ['error', options ?? {}] },
  }));
  writeFileSync(
    join(folder, '.oxlintrc.json'),
    JSON.stringify({ jsPlugins: [plugin], categories: { correctness: 'off' }, overrides }),
  );
  const { diagnostics } = lint('oxlint', '--format', 'json', '.') as {
    readonly diagnostics: readonly {
      readonly code: string;
      readonly filename: string;
      readonly message: string;
      readonly labels: readonly { readonly span: { readonly line: number } }[];
    }[];
  };
  const found = Map.groupBy(diagnostics, ({ filename }) => filename);
  return new Map(
    fixtureEntries.map(([, , file]) => [
      file,
      (found.get(file) ?? []).map(({ code, labels, message }) => {
        expect(code).toBe('holdfast(unprotected-operation)');
        return [lineAt(file, labels[0]?.span.line ?? 0), message] as const;
      }),
    ]),
  );
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-rule-'));
  for (const [, { code }, file] of fixtureEntries) writeFileSync(join(folder, file), code);
  outputs.eslint = withEslint();
  outputs.oxlint = withOxlint();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['eslint', 'oxlint'] as const)('the rule unprotected-operation in %s', (linter) => {
  // ESLint needs a further package to read TypeScript.
  const readable = fixtureEntries.filter(([, { typescript }]) => linter === 'oxlint' || typescript !== true);

  it.each(readable)('%s', (_, { found }: Fixture, file) => {
    const seen = outputs[linter].get(file);
    const expected = found.map(([line, message]) =>
      expect.stringMatching(new RegExp(`^${escaped(line)}.* -> .*${escaped(message)}`)),
    );
    expect(seen?.map(([line, message]) => `${line} -> ${message}`)).toEqual(expected);
  });

  it('says what to do', () => {
    const messages = [...outputs[linter].values()].flat().map(([, message]) => message);
    expect(messages.length).toBeGreaterThan(10);
    for (const message of messages) {
      expect(message).toMatch(/lease\.run.*step.*operation.*withConnectionResilience/);
    }
  });
});

it('has a fixture that only oxlint reads', () => {
  expect(fixtureEntries.some(([, { typescript }]) => typescript === true)).toBe(true);
  expect(names.size).toBe(fixtureEntries.length);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
