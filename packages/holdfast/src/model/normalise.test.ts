import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText } from './normalise.ts';

const piece = fc.oneof(
  fc.constantFrom(' ', '\n', '\r\n', '\t', '\u00a0', '\u2003', '\ufeff', '\0', '\ud800', '\u0085', '\u200b'),
  fc.string({ maxLength: 4, unit: 'binary' }),
);

const long = 'word '.repeat(50);

test('text is cleaned by the written rules, however it is looked at', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, isLong) => {
      const text = pieces.join('') + (isLong ? `${long}${pieces.join('x')}` : '');
      const slow = text.replaceAll('\0', '\uFFFD').toWellFormed().replace(/\s+/g, ' ').trim();
      expect(cleanText(text)).toBe(slow === '' ? null : slow);
    }),
    { numRuns: 2_000 },
  );
});
