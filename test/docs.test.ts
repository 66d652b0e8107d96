import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { trackedFiles } from './tracked-files.ts';

const files = trackedFiles('*.md').filter((path) => !path.startsWith('changelog.d/'));
const texts = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** The anchors of a document's headings, as they are made on the web: of two that are alike the second ends in `-1`. */
function anchors(text: string): string[] {
  const taken = new Map<string, number>();
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = taken.get(anchor) ?? 0;
    taken.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** Links of a document that lead nowhere. */
function brokenLinks(path: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, target))) return [`${path}: ${link}`];
    const known =
      anchor === undefined || anchors(file === '' ? text : (texts.get(target) ?? '')).includes(anchor);
    return known ? [] : [`${path}: ${link}`];
  });
}

/** Commands of npm that a document names and `package.json` lacks. */
function unknownScripts(path: string, text: string): string[] {
  return [...text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].flatMap(([whole, name = '']) =>
    name in scripts ? [] : [`${path}: ${whole}`],
  );
}

describe('the documents', () => {
  test('are found', () => {
    for (const path of ['README.md', 'ARCHITECTURE.md', 'docs/cli.md', 'docs/configuration.md'])
      expect(files).toContain(path);
  });
  test('lead only to files and headings that exist', () =>
    expect([...texts].flatMap(([path, text]) => brokenLinks(path, text))).toEqual([]));
  test('name only commands of npm that exist', () =>
    expect([...texts].flatMap(([path, text]) => unknownScripts(path, text))).toEqual([]));
  test('promise nothing that cannot be counted', () => {
    const promises = [...texts].flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => /\bimmortal|zero data loss|100 ?% (uptime|complete|reliab)|never loses/i.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(promises).toEqual([]);
  });
});

test('the checks find what they are for', () => {
  expect(brokenLinks('README.md', 'see [x](no/such/file.md)')).toHaveLength(1);
  expect(brokenLinks('README.md', '# Here\n[x](#here) [y](#there)')).toEqual(['README.md: #there']);
  expect(brokenLinks('README.md', '# A\n## a\n[x](#a) [y](#a-1) [z](#a-2)')).toEqual(['README.md: #a-2']);
  expect(unknownScripts('README.md', '`npm run no-such-script`')).toHaveLength(1);
  expect(unknownScripts('README.md', '`npm ci && npm start`, `npm run demo`')).toEqual([]);
});
