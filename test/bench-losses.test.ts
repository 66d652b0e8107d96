import { expect, test } from 'vitest';
import { htmlOf } from '../bench/losses/html.ts';
import type { Cell } from '../bench/losses/play.ts';
import { tableOf, type Frame } from '../bench/losses/table.ts';

const FRAME: Frame = {
  at: '2026-11-22T10:00:00.000Z',
  node: 'v26.0.0',
  machine: 'Linux 6, <a processor>',
  seed: 7,
  records: 5000,
};

function cell(more: Partial<Cell>): Cell {
  return {
    fault: '406',
    about: '406',
    harvester: 'ours',
    missing: null,
    kept: 5000,
    repeated: 0,
    lost: 0,
    exit: 0,
    silent: false,
    seconds: 1,
    ...more,
  };
}

const cells: readonly Cell[] = [
  cell({}),
  cell({ harvester: 'a & b', kept: 3000, lost: 2000, silent: true }),
  cell({ harvester: 'honest', kept: 3000, lost: 2000, exit: 1 }),
  cell({ about: 'token', fault: 'token', repeated: 12 }),
  cell({ about: 'token', fault: 'token', harvester: 'a & b', kept: 4000, lost: 1000, exit: 'hangs' }),
  cell({ about: '<cut>', fault: 'cut', harvester: 'honest', missing: 'not installed' }),
];

test('only a loss that was reported as success is bold, with a star', () => {
  const html = htmlOf(cells, FRAME);
  expect(html.match(/<td class="silent">[^<]*<\/td>/g)).toEqual(['<td class="silent">3000, exit 0 *</td>']);
  expect(html.split('*')).toHaveLength(2);
  expect(html).toContain('<td>3000, exit 1</td>');
});

test('every row has a cell for each harvester, also where there is no figure', () => {
  const rows = [...htmlOf(cells, FRAME).matchAll(/<tr><th scope="row">(.*?)<\/th>(.*)<\/tr>/g)].map(
    ([, about, row = '']) => [about, ...[...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, text]) => text)],
  );
  expect(rows).toEqual([
    ['406', '5000, exit 0', '3000, exit 0 *', '3000, exit 1'],
    ['token', '5000, 12 twice, exit 0', '4000, hangs', '–'],
    ['&lt;cut&gt;', '–', '–', '–'],
  ]);
});

test('the table says when, where and by which seed it was measured, what is not covered, and escapes all of it', () => {
  const html = htmlOf(cells, FRAME);
  expect(html).toContain('2026-11-22, Linux 6, &lt;a processor&gt;, Node v26.0.0, 5000 records, seed 7.');
  expect(html).toContain('<th scope="col">a &amp; b</th>');
  expect(html).toContain('Not covered: honest: not installed.');
  expect(htmlOf(cells.slice(0, 3), FRAME)).not.toContain('Not covered');
});

test('the text for terminals says the same', () => {
  const text = tableOf(cells, FRAME);
  expect(text.at(-1)).toBe('not covered: honest: not installed');
  expect(text.filter((line) => /3000 rc0 \*/.test(line))).toHaveLength(1);
  expect(text[0]).toContain('v26.0.0');
});
