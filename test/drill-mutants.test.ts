import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { choose } from '../drill/catalogue/index.ts';
import { mutants } from '../drill/levels/mutants/catalogue.ts';
import { chooseMutants } from '../drill/levels/mutants/choose-mutants.ts';
import { groupsOf } from '../drill/levels/mutants/judge-row.ts';
import { leftOut } from '../drill/levels/mutants/left-out.ts';
import { isCaught } from '../drill/levels/mutants/gate.ts';
import { mutate } from '../drill/levels/mutants/mutant.ts';
import { root } from '../tools/lint/resolve-import.ts';

const DIST = join(root, 'packages/holdfast/dist');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const built = new Map<string, string>();
function textOf(file: string): string {
  const text = built.get(file) ?? readFileSync(join(DIST, file), 'utf8');
  built.set(file, text);
  return text;
}

describe('the mutants', () => {
  test('are at least fifty, each with a name of its own', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(50);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  test.each(mutants)(
    '$name: its text stands in the built files exactly where it is expected',
    ({ edits }) => {
      for (const edit of edits) expect(mutate(textOf(edit.file), edit)).not.toBe(textOf(edit.file));
    },
  );

  test('are programs still: what is changed parses', () => {
    const programs = mutants.map(({ edits }, index) => {
      const texts = new Map<string, string>();
      for (const edit of edits) texts.set(edit.file, mutate(texts.get(edit.file) ?? textOf(edit.file), edit));
      return [...texts].map(([file, text]) => {
        const extension = extname(file) === '.js' ? '.mjs' : extname(file);
        const path = join(folder, `${String(index)}-${file.replaceAll('/', '-')}${extension}`);
        writeFileSync(path, text);
        return path;
      });
    });
    // One process for all of them: `--check` takes one file, and starts a Node for each.
    const check = `
      import { readFileSync } from 'node:fs';
      import { Script, SourceTextModule } from 'node:vm';
      for (const file of process.argv.slice(1)) {
        const text = readFileSync(file, 'utf8');
        try {
          if (file.endsWith('.cjs')) new Script('(function(exports, require, module) {' + text + '})');
          else new SourceTextModule(text);
        } catch (error) { console.log(file + ': ' + error.message); }
      }`;
    const args = ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '-e', check];
    const { stdout, stderr } = spawnSync(process.execPath, [...args, ...programs.flat()], {
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toStrictEqual({ stdout: '', stderr: '' });
  });

  test('are caught by rows that are there, most of them by rows of --quick', () => {
    const rows = mutants.map(({ caughtBy }) =>
      choose([caughtBy], false).find(({ name }) => name === caughtBy),
    );
    expect(rows.filter((row) => row === undefined)).toStrictEqual([]);
    expect(rows.filter((row) => row?.quick === true).length).toBeGreaterThanOrEqual(40);
  });
});

test('mutants are judged row by row, so that each row is played once without a mistake', () => {
  const groups = groupsOf(mutants);
  expect(new Set(groups.map(({ row }) => row)).size).toBe(groups.length);
  expect(groups.flatMap((group) => group.mutants).toSorted(byName)).toStrictEqual(mutants.toSorted(byName));
  expect(groups.every((group) => group.mutants.every(({ caughtBy }) => caughtBy === group.row))).toBe(true);
});

test('what is left out is no mutant, and says why', () => {
  const names = new Set(mutants.map(({ name }) => name));
  expect(leftOut.filter(({ name, why }) => names.has(name) || !why.endsWith('.'))).toStrictEqual([]);
});

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

describe('a mutant', () => {
  test('whose text is gone, or stands in more places, is stale', () => {
    const edit = { file: 'a.js', find: 'x = 1;', replace: 'x = 2;' };
    expect(mutate('let x =\n\t1; y', edit)).toBe('let x = 2; y');
    expect(() => mutate('let x = 3;', edit)).toThrow('0 places');
    expect(() => mutate('x = 1; x = 1;', edit)).toThrow('2 places');
  });

  test('is caught by a row that is invalid, not by one that could not be played', () => {
    const row = { name: 'r', traffic: 1, findings: [] };
    const ended = (exit: number, verdict: string): boolean =>
      isCaught({ exit, rows: [{ ...row, verdict }], stderr: '' });
    expect(ended(5, 'invalid')).toBe(true);
    expect(ended(4, 'unknown')).toBe(false);
    expect(ended(0, 'valid')).toBe(false);
    expect(isCaught({ exit: 5, rows: [], stderr: '' })).toBe(false);
  });

  test('has its turn by the seed: a few seeds one after the other play all', () => {
    const seeds = Math.ceil(mutants.length / 4);
    const played = Array.from({ length: seeds }, (_, seed) => chooseMutants(mutants, 4, seed + 7)).flat();
    expect(new Set(played).size).toBe(mutants.length);
  });
});
