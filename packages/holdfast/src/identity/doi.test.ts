import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doiKey, doiUrl, isDoi, parseDoi } from './doi.ts';

describe('a DOI', () => {
  it.each([
    ['10.1101/2020.01.01.123456', '10.1101/2020.01.01.123456'],
    [' doi:10.1101/2020.01.01.123456 ', '10.1101/2020.01.01.123456'],
    ['DOI: 10.1101/X', '10.1101/X'],
    ['info:doi/10.1101/X', '10.1101/X'],
    ['https://doi.org/10.1101/X', '10.1101/X'],
    ['http://dx.doi.org/10.1101/X', '10.1101/X'],
    ['doi.org/10.1101/X?utm=1#top', '10.1101/X'],
    ['https://doi.org/10.1002/%28SICI%291097-0258%3C1%3E', '10.1002/(SICI)1097-0258<1>'],
    ['10.1016/S0022-5347(05)67561-6', '10.1016/S0022-5347(05)67561-6'],
    ['(10.1016/S0022-5347(05)67561-6).', '10.1016/S0022-5347(05)67561-6'],
    ['10.1016/0022(05)', '10.1016/0022(05)'],
    ['"10.1101/x",', '10.1101/x'],
    ['<https://doi.org/10.1101/x>', '10.1101/x'],
    ['10.1000.10/abc', '10.1000.10/abc'],
    ['https://doi.org/10.1101/50%', '10.1101/50%'],
    [`10.1101/x(1)${')].'.repeat(300)}`, '10.1101/x(1)'],
  ])('is read from %j', (text, doi) => {
    expect(parseDoi(text)).toBe(doi);
  });

  it.each([
    '',
    '10.1101',
    '10.1101/',
    '11.1101/x',
    '10.12/x',
    '2301.00001',
    'see 10.1101/x',
    '10.1101/a b',
    'https://example.org/10.1101/x',
    `10.1234/${')'.repeat(2_000)}`,
  ])('is not read from %j', (text) => {
    expect(parseDoi(text)).toBeNull();
  });

  const suffix = fc.string({
    unit: fc.constantFrom(...'abcXYZ019.-_/;()<>[]#?%&+=é:'.split('')),
    minLength: 1,
    maxLength: 30,
  });
  const doi = fc
    .tuple(fc.integer({ min: 1000, max: 999_999_999 }), suffix)
    .map(([prefix, rest]) => `10.${prefix}/${rest}x`);

  it('survives the way through its URL, and being quoted in a sentence', () => {
    fc.assert(
      fc.property(doi, (text) => {
        expect(isDoi(text)).toBe(true);
        expect(parseDoi(doiUrl(text))).toBe(parseDoi(text));
        expect(parseDoi(`doi:${text}.`)).toBe(text);
        expect(URL.parse(doiUrl(text))?.search).toBe('');
      }),
      { seed: 20260104 },
    );
  });

  it('is compared without case, and parsing is idempotent', () => {
    fc.assert(
      fc.property(fc.oneof(doi, fc.string()), (text) => {
        const found = parseDoi(text);
        if (found === null) return;
        expect(parseDoi(found)).toBe(found);
        expect(doiKey(found)).toBe(doiKey(found.toLowerCase()));
      }),
      { seed: 20260105 },
    );
  });
});
