import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examplePaper } from '../testing/example-paper.ts';
import { differences } from './differences.ts';
import { historyLines, sourceVersionLines } from './history-lines.ts';
import { relatedLines } from './related-lines.ts';
import { wordDiff } from './word-diff.ts';

const PLAIN = { colour: false, fancy: false, columns: 80 };

describe('the difference of two texts', () => {
  it('gives both texts back, and marks nothing where they are equal', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'dd', '\u001b[2J', '漢字'), { maxLength: 30 });
    fc.assert(
      fc.property(words, words, (old, now) => {
        const runs = wordDiff(old.join(' '), now.join(' '));
        const text = (left: 'removed' | 'added'): string =>
          runs
            .filter(({ op }) => op !== left)
            .map((run) => run.text)
            .join(' ');
        expect(text('added')).toBe(old.join(' '));
        expect(text('removed')).toBe(now.join(' '));
        if (old.join() === now.join()) expect(runs.every(({ op }) => op === 'same')).toBe(true);
      }),
    );
  });

  it('keeps the longest common row of words, and tells a text of any length', () => {
    expect(wordDiff('we show that x holds', 'we prove that y holds')).toEqual([
      { op: 'same', text: 'we' },
      { op: 'removed', text: 'show' },
      { op: 'added', text: 'prove' },
      { op: 'same', text: 'that' },
      { op: 'removed', text: 'x' },
      { op: 'added', text: 'y' },
      { op: 'same', text: 'holds' },
    ]);
    const long = (word: string): string => `${word} `.repeat(20_000).trim();
    expect(wordDiff(long('a'), long('b')).map(({ op }) => op)).toEqual(['removed', 'added']);
  });
});

describe('the history of a paper', () => {
  const first = examplePaper({
    version: '1',
    title: 'On "commas"',
    doi: null,
    comment: 'v1',
    categories: ['cs.LG'],
  });
  const second = examplePaper({
    version: '2',
    authors: [{ name: 'Bo' }, { name: 'Cy' }],
    categories: ['math.CO', 'cs.LG'],
    comment: null,
    withdrawn: true,
  });

  it('is told field by field', () => {
    expect(differences(first.fields, second.fields)).toEqual([
      { field: 'withdrawn', from: 'false', to: 'true' },
      {
        field: 'title',
        words: [
          { op: 'same', text: 'On' },
          { op: 'removed', text: '"commas"' },
          { op: 'added', text: '"commas", and β-decay' },
        ],
      },
      { field: 'authors', added: ['Cy'], removed: ['Ada Lovelace (London, 0000-0001)'], reordered: false },
      { field: 'categories', added: ['math.CO'], removed: [], reordered: false },
      { field: 'comment', from: 'v1', to: null },
      { field: 'doi', from: null, to: '10.1/x' },
    ]);
    expect(differences(second.fields, second.fields)).toEqual([]);
    const turned = { ...second.fields, categories: ['cs.LG', 'math.CO'] };
    expect(differences(second.fields, turned)).toEqual([
      { field: 'categories', added: [], removed: [], reordered: true },
    ]);
  });

  it('is readable without colours, newest first', () => {
    expect(historyLines([second, first], PLAIN)).toEqual([
      '',
      'Version 2, of 2023-02-01, stamped 2023-02-02',
      '  withdrawn   [-false-] {+true+}',
      '  title       On [-"commas"-] {+"commas", and β-decay+}',
      '  authors     [-Ada Lovelace (London, 0000-0001)-] {+Cy+}',
      '  categories  {+math.CO+}',
      '  comment     [-v1-]',
      '  doi         {+10.1/x+}',
      '',
      'Version 1, of 2023-02-01, stamped 2023-02-02',
      '  the oldest that is held',
    ]);
  });

  it('shows some words around a change of a long text, in lines no wider than the terminal', () => {
    const words = Array.from({ length: 200 }, (_, index) => `word${String(index)}`);
    const changed = words.with(100, 'other');
    const paper = (abstract: readonly string[]) => examplePaper({ abstract: abstract.join(' ') });
    const lines = historyLines([paper(changed), paper(words)], PLAIN);
    expect(lines.slice(2, 4).join(' ').replaceAll(/\s+/g, ' ')).toBe(
      ' abstract ... word96 word97 word98 word99 [-word100-] {+other+} word101 word102 word103 word104 ...',
    );
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('lets no text of the upstream reach the terminal as anything but text', () => {
    const evil = '\u001b[2J\u001b]0;x\u0007\u202egood\r\nbye';
    const one = examplePaper({ title: 'a', urls: {} });
    const other = examplePaper({ title: evil, authors: [{ name: evil }], urls: { [evil]: evil }, doi: evil });
    const related = { exact: [{ source: 's', id: evil, by: evil }], candidates: [] };
    const lines = [
      ...historyLines([other, one], PLAIN),
      ...sourceVersionLines([{ version: evil, date: evil, size: evil }], PLAIN),
      ...relatedLines(related, PLAIN),
    ];
    expect(lines.join('\n')).toContain('good');
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  it('ends with the versions that the source lists, the withdrawn one marked', () => {
    const listed = [
      { version: '1', date: '2023-01-01T00:00:00Z', size: '12kb' },
      { version: '2', date: null, sourceType: 'SI' },
    ];
    expect(sourceVersionLines(listed, PLAIN)).toEqual([
      '',
      'Versions by the source',
      '  v1  2023-01-01T00:00:00Z  12kb',
      '  v2  no date  withdrawn',
    ]);
    expect(sourceVersionLines([], PLAIN)).toEqual([]);
  });
});
