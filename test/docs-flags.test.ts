import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERBS } from '../packages/holdfast/src/cli/verbs.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { section, tableOf } from './markdown.ts';
import { trackedFiles } from './tracked-files.ts';

const cli = readFileSync(join(root, 'docs/cli.md'), 'utf8');
const common = flagsUnder('Flags of every command');
const usages = [...VERBS.map(({ usage }) => usage), 'sim', 'drill'];

/** The flags that docs/cli.md tells of, which are compared with the built command line by a test of their own. */
function flagsUnder(heading: string): readonly string[] {
  return tableOf(section(cli, heading)).map(([flag = '']) => flag.replaceAll('`', '').split(' ')[0] ?? '');
}

function known(verb: string): readonly string[] | null {
  const usage = usages.find((each) => each.split(' ')[0] === verb);
  if (usage === undefined) return null;
  return [...common, ...(cli.includes(`### \`${usage}\``) ? flagsUnder(`\`${usage}\``) : [])];
}

/** Commands with a verb or a flag that the command line does not have. */
function wrongCommands(text: string): readonly string[] {
  return [...text.matchAll(/\bholdfast ([a-z]+)([^\n`#|&;<>]*)/g)].flatMap(
    ([command, verb = '', rest = '']) => {
      const flags = [...rest.matchAll(/(?:^|\s)(--[a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
      const all = known(verb);
      if (flags.length === 0 || verb === 'sim') return [];
      return all === null || flags.some((flag) => !all.includes(flag)) ? [command] : [];
    },
  );
}

const documents = trackedFiles('*.md').filter((path) => !path.startsWith('packages/resilience'));
const guide = readdirSync(join(root, 'docs/guide')).filter((name) => name.endsWith('.html'));

test.each([...documents, ...guide.map((name) => `docs/guide/${name}`)])(
  '%s calls commands with flags that they have',
  (path) => {
    const text = readFileSync(join(root, path), 'utf8').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    expect(wrongCommands(text)).toEqual([]);
  },
);

test('the check finds what it is for', () => {
  expect(wrongCommands('holdfast status --wathc\nholdfast go --json')).toHaveLength(2);
  expect(wrongCommands('holdfast run --once --deadline 10m  # --nothing\nholdfast drill --full')).toEqual([]);
});
