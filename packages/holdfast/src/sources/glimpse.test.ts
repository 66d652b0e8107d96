import { expect, test } from 'vitest';
import { glimpse } from './glimpse.ts';

const of = (text: string, longest?: number): string => glimpse(new TextEncoder().encode(text), longest);

test.each([
  [
    '<!DOCTYPE html><html><head><title>500 Oops</title><style>p{color:red}</style></head><body><!-- no -->\n<p>It&nbsp;broke &amp; fell</p><script>alert(1)</script></body></html>',
    '500 Oops It broke & fell',
  ],
  ['<?xml version="1.0"?><error code="x">too early</error>', 'too early'],
  ['<html><body>cut off in a tag <a href="http', 'cut off in a tag'],
  ['<html><script>var never = "ends', 'a page without text'],
  ['Rate < 5 is asked\r\n\r\nfor', 'Rate < 5 is asked for'],
  ['<html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>nginx</html>', '502 Bad Gateway nginx'],
  ['', 'no body'],
  ['  \n', 'no body'],
])('of %j a person is shown %j', (body, shown) => {
  expect(of(body)).toBe(shown);
});

test('what is long is cut, and shown to be cut', () => {
  expect(of('0123456789'.repeat(100), 20)).toBe('0123456789012345678…');
});
