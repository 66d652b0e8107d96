import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collect, findings, readFragments } from '../tools/changelog.ts';
import { root } from '../tools/lint/resolve-import.ts';

test('a fragment with a good name and a text passes', () => {
  expect(findings({ file: '12.fix.md', text: 'It was slow. It is quick.' }, true)).toEqual([]);
});

test.each(['fix.md', '12.bug.md', '012.fix.md', '12.fix.txt'])('the name %s is refused', (file) => {
  expect(findings({ file, text: 'x' }, false)).toHaveLength(1);
});

test('an empty fragment is refused', () => {
  expect(findings({ file: '1.fix.md', text: ' \n' }, false)).toHaveLength(1);
});

test('a pending fragment passes the check and stops the release', () => {
  const fragment = { file: '1.fix.md', text: 'Pending: wording' };
  expect(findings(fragment, false)).toEqual([]);
  expect(findings(fragment, true)).toHaveLength(1);
});

test('the word pending in a sentence stops nothing', () => {
  const fragment = { file: '1.fix.md', text: 'Each day is complete, pending or a gap.' };
  expect(findings(fragment, true)).toEqual([]);
});

test('the fragments that are there pass the check', () => {
  const fragments = readFragments(join(root, 'changelog.d'));
  expect(fragments.flatMap((fragment) => findings(fragment, false))).toEqual([]);
});

test('fragments are collected by kind and by number', () => {
  const text = collect([
    { file: '10.fix.md', text: 'ten\n' },
    { file: '9.fix.md', text: 'nine' },
    { file: '11.feature.md', text: 'eleven' },
  ]);
  expect(text).toBe('## New\n\neleven\n\n## Mended\n\nnine\n\nten\n');
});
