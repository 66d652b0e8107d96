import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../packages/holdfast/src/model/exit-code.ts';
import { VERBS } from '../packages/holdfast/src/cli/verbs.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { section, tableOf } from './markdown.ts';

const text = readFileSync(join(root, 'docs/cli.md'), 'utf8');
/** What help shows; the rest is asked by our own processes. */
const shown = VERBS.filter(({ hidden }) => hidden !== true).map(({ usage }) => usage);
const readme = readFileSync(join(root, 'packages/holdfast/README.md'), 'utf8');

/** The long flags that the built command line tells of; `--help` itself is told once for all. */
function flagsOf(...args: readonly string[]): string[] {
  const bin = join(root, 'packages/holdfast/bin/holdfast.js');
  const { status, stdout } = spawnSync(process.execPath, [bin, ...args, '--help'], { encoding: 'utf8' });
  expect(status, `holdfast ${args.join(' ')} --help`).toBe(0);
  return [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].flatMap(([, flag]) => flag ?? []);
}

function toldFlags(heading: string): string[] {
  return tableOf(section(text, heading)).map(([flag = '']) => flag.replaceAll('`', ''));
}

describe('docs/cli.md', () => {
  test('has every verb as it is used, and no other', () => {
    const told = [...text.matchAll(/^### `(.+)`$/gm)].map(([, usage]) => usage);
    expect(told).toEqual([...shown, 'sim', 'drill']);
  });

  test.each(shown.map((usage) => [usage]))('has the flags of %s', (usage) => {
    const [verb = ''] = usage.split(' ');
    expect(toldFlags(`\`${usage}\``)).toEqual(flagsOf(verb).filter((flag) => flag !== '--help'));
  });

  test('has the flags of every command', () =>
    expect(toldFlags('Flags of every command').toSorted()).toEqual(flagsOf().toSorted()));

  test.each([
    ['docs/cli.md', text],
    ['packages/holdfast/README.md', readme],
  ])('%s has the exit codes', (_, document) => {
    const told = tableOf(section(document, 'Exit codes')).map(([code]) => Number(code));
    expect(told).toEqual(Object.values(EXIT));
  });
});
