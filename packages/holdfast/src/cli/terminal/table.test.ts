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
  it('goes on in further lines instead of cutting its last column', () => {
    const why = 'The record is not well-formed: unexpected close tag.';
    expect(table([{ no: '12', why }], columns, 30)).toEqual([
      'NO  WHY',
      '12  The record is not',
      '    well-formed: unexpected',
      '    close tag.',
    ]);
  });

  it('breaks words that are longer than the column, and loses no letter', () => {
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
