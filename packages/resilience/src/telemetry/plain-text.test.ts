import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText, TEXT_LIMIT, visible } from './plain-text.ts';

test.each([
  ['GET https://user:pw@example.org/a failed', 'GET https://***@example.org/a failed'],
  ['https://example.org/?key=abc&b=2#f', 'https://example.org/?key=***&b=***#f'],
  ['postgres://bob:x@[::1]/db', 'postgres://***@[::1]/db'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
  ['token=abc, next', 'token=***, next'],
  ['basic dXNlcg==', 'basic ***'],
  ['an @ alone, a=b', 'an @ alone, a=b'],
])('what looks like a credential is masked: %s', (text, expected) => expect(plainText(text)).toBe(expected));

test('a text is cut at 200 characters', () => {
  expect(TEXT_LIMIT).toBe(200);
  expect(plainText('x'.repeat(200))).toBe('x'.repeat(200));
  expect(plainText('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
});

test('a character is not cut in half', () => {
  const cut = plainText(`${'x'.repeat(198)}😀😀`);
  expect(cut).toBe(`${'x'.repeat(198)}\ufffd…`);
  expect(plainText('\ud800')).toBe('\ufffd');
});

test('a credential that would be cut is masked before', () => {
  const text = `${'x'.repeat(190)} https://user:secret@host/`;
  expect(plainText(text)).not.toContain('secret');
});

test('what cannot be seen or turns the line is escaped', () => {
  expect(visible('a\u0000\u001b[2J\n\u007f\u009f\u2028\u202e\ufeffb ä😀')).toBe(
    String.raw`a\u0000\u001b[2J\u000a\u007f\u009f\u2028\u202e\ufeffb ä😀`,
  );
});

test('no text leaves a control character, or grows beyond its limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visible(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(plainText(text).length).toBeLessThanOrEqual(TEXT_LIMIT);
      expect(plainText(text).isWellFormed()).toBe(true);
    }),
  );
});
