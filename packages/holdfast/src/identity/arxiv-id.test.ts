import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arxivIdOfOai, isArxivId, oaiOfArxivId, parseArxivId } from './arxiv-id.ts';

const digits = (length: number) =>
  fc.integer({ min: 1, max: 10 ** length - 1 }).map((number) => String(number).padStart(length, '0'));
const month = fc.integer({ min: 1, max: 12 }).map((number) => String(number).padStart(2, '0'));
const year = (min: number, max: number) =>
  fc.integer({ min, max }).map((number) => String(number % 100).padStart(2, '0'));
const fourOrFive = fc.oneof(
  fc.tuple(year(8, 14), month, digits(4)).map(([yy, mm, number]) => `${yy}${mm}.${number}`),
  fc.tuple(year(15, 40), month, digits(5)).map(([yy, mm, number]) => `${yy}${mm}.${number}`),
);
// A month of more than 99,999 papers has six digits.
const newIds = fc.oneof(
  fourOrFive,
  fc
    .tuple(year(27, 40), month, fc.integer({ min: 100_000, max: 999_999 }))
    .map(([yy, mm, number]) => `${yy}${mm}.${number}`),
);
const oldIds = fc
  .tuple(
    fc.constantFrom('hep-th', 'astro-ph', 'math', 'cs', 'q-alg', 'cond-mat'),
    year(1992, 2006),
    month,
    digits(3),
  )
  .map(([archive, yy, mm, number]) => `${archive}/${yy}${mm}${number}`);
const ids = fc.oneof(newIds, oldIds);

describe('an arXiv id', () => {
  it('is found in whatever people write around it, with its version', () => {
    const forms: readonly ((text: string) => string)[] = [
      (text) => text,
      (text) => ` ${text}\n`,
      (text) => `arXiv:${text}`,
      (text) => `ARXIV: ${text}`,
      (text) => `oai:arXiv.org:${text}`,
      (text) => `https://arxiv.org/abs/${text}`,
      (text) => `http://www.arxiv.org/abs/${text}?context=cs`,
      (text) => `arxiv.org/abs/${text}#top`,
      (text) => `https://export.arxiv.org/pdf/${text}.pdf`,
      (text) => `https://arxiv.org/pdf/${text}`,
      (text) => `https://arxiv.org/html/${text}/`,
      (text) => `10.48550/arXiv.${text}`,
      (text) => `https://doi.org/10.48550/arxiv.${text}`,
    ];
    fc.assert(
      fc.property(
        ids,
        fc.constantFrom(...forms),
        fc.option(fc.integer({ min: 1, max: 40 })),
        (id, form, version) => {
          const text = version === null ? id : `${id}v${version}`;
          expect(parseArxivId(form(text))).toStrictEqual({
            id,
            version: version === null ? null : String(version),
          });
        },
      ),
    );
  });

  it('survives its OAI identifier', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(arxivIdOfOai(oaiOfArxivId(id))).toBe(id);
      }),
    );
  });

  it('is refused when it went through a number', () => {
    fc.assert(
      fc.property(fourOrFive, (id) => {
        const damaged = String(Number(id));
        fc.pre(damaged !== id);
        expect(parseArxivId(damaged)).toBeNull();
      }),
    );
    for (const damaged of ['1501.0044699999999', '1501.0447', '704.0001', '1.501e3', '1501.00446999']) {
      expect(parseArxivId(damaged), damaged).toBeNull();
    }
  });

  it.each([
    '',
    'v1',
    '1501',
    '1501.',
    '1501.0044',
    '1412.00447',
    '0703.0001',
    '1513.00001',
    '1500.00001',
    '1501.00000',
    '2301.1234567',
    '2301.012345',
    'hep-th/0408',
    'hep-th/0413048',
    'hep-th/0704048',
    'hep-th/9106048',
    'hep-th/0408000',
    '/0408048',
    'HEP-TH/0408048x',
    '10.1101/2020.01.01.123456',
    'https://example.org/abs/2301.00001',
    'oai:other.org:2301.00001',
    '2301.00001v0',
    '2301.00001 v1',
    '٢٣٠١.٠٠٠٠١',
    '2301.00001\n2301.00002',
    '__proto__',
  ])('is not %j', (text) => {
    expect(parseArxivId(text)).toBeNull();
    expect(isArxivId(text)).toBe(false);
  });

  it('has no subject class in its normal form', () => {
    expect(parseArxivId('math.GT/0309136v2')).toStrictEqual({ id: 'math/0309136', version: '2' });
    expect(isArxivId('math.GT/0309136')).toBe(false);
    expect(isArxivId('math/0309136')).toBe(true);
  });

  it('has no version in an OAI identifier', () => {
    expect(arxivIdOfOai('oai:arXiv.org:2301.00001v1')).toBeNull();
    expect(arxivIdOfOai('2301.00001')).toBeNull();
  });
});
