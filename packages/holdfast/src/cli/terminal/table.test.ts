import { describe, expect, it } from 'vitest';
import { table } from './table.ts';
import { wrap } from './wrap.ts';

const columns = [
  { title: 'NO', align: 'right' as const, cell: ({ no }: Row) => no },
  { title: 'WHY', flexible: true, cell: ({ why }: Row) => why },
];
interface Row {
  readonly no: string;
  readonly why: string;
}

describe('a table', () => {
  it('puts its last column below its rows when there is no room beside them, and cuts nothing', () => {
    const why = 'The record is not well-formed: unexpected close tag.';
    const rows = [
      { no: '12', why },
      { no: '3', why: '' },
    ];
    expect(table(rows, columns, 30)).toEqual([
      'NO',
      '12',
      '    The record is not',
      '    well-formed: unexpected',
      '    close tag.',
      ' 3',
    ]);
  });

  it('breaks words that are longer than a line, and loses no letter', () => {
    const why = `hash ${'0123456789abcdef'.repeat(4)}`;
    const lines = table([{ no: '1', why }], columns, 30);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(30);
    expect(lines.slice(1).join('').replaceAll(' ', '')).toBe(`1${why.replace(' ', '')}`);
  });

  it('is one line a row when there is room', () => {
    expect(table([{ no: '1', why: 'x '.repeat(200).trim() }], columns, Number.MAX_SAFE_INTEGER)).toHaveLength(
      2,
    );
  });
});

describe('wrapped text', () => {
  it('keeps a long word whole, so that an address can be copied', () => {
    expect(wrap('see https://example.org/a-long-address now', 12)).toEqual([
      'see',
      'https://example.org/a-long-address',
      'now',
    ]);
  });
});
