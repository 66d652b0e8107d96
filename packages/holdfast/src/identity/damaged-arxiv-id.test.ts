import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isArxivId } from './arxiv-id.ts';
import { mendArxivId } from './damaged-arxiv-id.ts';

const MONTHS_OF_FOUR = Array.from({ length: 7 * 12 + 9 }, (_, n) => monthFrom(2007, 3 + n));
const MONTHS_OF_FIVE = Array.from({ length: 140 }, (_, n) => monthFrom(2015, n));

function monthFrom(year: number, month: number): string {
  const at = new Date(Date.UTC(year, month, 1)).toISOString();
  return at.slice(2, 4) + at.slice(5, 7);
}

const ids = fc.oneof(
  fc
    .tuple(fc.constantFrom(...MONTHS_OF_FOUR), fc.integer({ min: 1, max: 9_999 }))
    .map(([month, number]) => `${month}.${String(number).padStart(4, '0')}`),
  fc
    .tuple(fc.constantFrom(...MONTHS_OF_FIVE), fc.integer({ min: 1, max: 99_999 }))
    .map(([month, number]) => `${month}.${String(number).padStart(5, '0')}`),
);

test('every id that went through a double is found again', () => {
  fc.assert(
    fc.property(ids, (id) => {
      expect(isArxivId(id)).toBe(true);
      expect(mendArxivId(String(Number(id)), [], null)).toMatchObject({ id });
    }),
    { numRuns: 2_000 },
  );
});

test('also when it was written with all the digits that a double has', () => {
  fc.assert(
    fc.property(ids, fc.integer({ min: 12, max: 14 }), (id, digits) => {
      const written = Number(id).toFixed(digits).replace(/0+$/, '');
      expect(mendArxivId(written, [], null)).toMatchObject({ id });
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['1501.0044699999999', '1501.00447'],
  ['704.0001', '0704.0001'],
  ['1501.1', '1501.10000'],
  ['1412.1', '1412.1000'],
  ['912.0010000000001', '0912.0010'],
])('%s can only have been %s', (written, id) => {
  expect(mendArxivId(written, [], null)).toEqual({ id, version: null, repaired: true });
});

test('a sound id is taken as it stands, with its version', () => {
  expect(mendArxivId('2301.00001v3', [], null)).toEqual({ id: '2301.00001', version: '3', repaired: false });
  expect(mendArxivId('hep-th/0408048', [], null)).toMatchObject({ id: 'hep-th/0408048', repaired: false });
});

test.each([
  '1513.1',
  '1501',
  '1501.0',
  '1501.123456789',
  '15.1',
  '0.1',
  'x',
  '',
  '1501.00447123',
  '700.1',
  '1e3',
])('%j is refused: no id can have become it', (written) => {
  expect(mendArxivId(written, [], null)).toHaveProperty('refused');
});

test('what the line names elsewhere must agree', () => {
  expect(mendArxivId('1501.1', ['1501.10000'], null)).toMatchObject({ id: '1501.10000' });
  expect(mendArxivId('1501.1', ['1501.00001'], null)).toHaveProperty('refused');
});

test('a repaired id must be of the time in which the paper was posted', () => {
  expect(mendArxivId('704.0001', [], '2007-03')).toMatchObject({ id: '0704.0001' });
  expect(mendArxivId('704.0001', [], '2007-05')).toHaveProperty('refused');
  expect(mendArxivId('704.0001', [], '2006-01')).toHaveProperty('refused');
});
