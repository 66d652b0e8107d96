import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from './index.ts';

describe('a duration is read', () => {
  test.each([
    ['0ms', 0],
    ['1ms', 1],
    ['250ms', 250],
    ['1s', 1_000],
    ['90s', 90_000],
    ['1m', 60_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['6h', 21_600_000],
    ['1d', 86_400_000],
    ['30d', 2_592_000_000],
    ['1.5s', 1_500],
    ['0.25h', 900_000],
    ['  5s\n', 5_000],
    [0, 0],
    [0.5, 0.5],
    [12, 12],
    [Number.MAX_VALUE, Number.MAX_VALUE],
  ])('%j as %d ms', (value, ms) => {
    expect(parseDuration(value, 'x')).toBe(ms);
  });

  test.each([
    ['', '""'],
    ['5', '"5"'],
    ['5 min', '"5 min"'],
    ['-1s', '"-1s"'],
    ['s', '"s"'],
    ['.5s', '".5s"'],
    ['5.s', '"5.s"'],
    ['1e3s', '"1e3s"'],
    ['x5s', '"x5s"'],
    ['5sx', '"5sx"'],
    ['5S', '"5S"'],
    ['5toString', '"5toString"'],
    [`${'9'.repeat(400)}d`, `"${'9'.repeat(40)}"`],
    [-1, '-1'],
    [-0.001, '-0.001'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, 'object'],
    [true, 'boolean'],
    [5n, 'bigint'],
  ])('but %s is refused, as %s, by an error that names the field', (value, told) => {
    expect(() => parseDuration(value, 'timeouts.idle')).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        field: 'timeouts.idle',
        message: `Option timeouts.idle must be milliseconds or a duration such as "250ms", "90s", "15m", "6h" or "30d", not ${told}.`,
      }),
    );
  });
});

describe('a duration is told', () => {
  test.each([
    [0, '0ms'],
    [0.4, '0ms'],
    [0.5, '1ms'],
    [250, '250ms'],
    [999.4, '999ms'],
    [999.5, '1s'],
    [1_000, '1s'],
    [1_499, '1s'],
    [1_500, '2s'],
    [59_499, '59s'],
    [59_500, '1m'],
    [60_000, '1m'],
    [60_499, '1m'],
    [60_500, '1m 1s'],
    [90_000, '1m 30s'],
    [3_599_499, '59m 59s'],
    [3_599_999, '1h'],
    [3_600_000, '1h'],
    [3_630_000, '1h 1m'],
    [3_629_999, '1h'],
    [86_399_999, '1d'],
    [86_400_000, '1d'],
    [90_061_000, '1d 1h'],
    [88_200_000, '1d 1h'],
    [88_199_999, '1d'],
    [100 * 86_400_000 + 23 * 3_600_000, '100d 23h'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('%d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('within half of its smaller unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 1e10 }), (ms) => {
        const text = formatDuration(ms);
        expect(text).toMatch(/^\d+[dhms]( \d+[hms])?$/);
        const told = text.split(' ').reduce((sum, part) => sum + parseDuration(part, 'part'), 0);
        const unit = ms >= 86_400_000 ? 3_600_000 : ms >= 3_600_000 ? 60_000 : 1_000;
        expect(Math.abs(told - ms)).toBeLessThanOrEqual(unit / 2);
      }),
    );
  });
});
