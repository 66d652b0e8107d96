import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from './escape.ts';

describe('text from outside', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b[2J\u001b[Hgone', 'gone'],
    ['\u001b]0;title\u0007a', 'a'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u009b31mred', 'red'],
    ['\u001bcreset', 'reset'],
    ['a\rb\nc\td', 'a b c d'],
    ['a\u202Eevil\u202C', 'aevil'],
    ['zero\u200Bwidth', 'zerowidth'],
    ['bell\u0007\u0000\u007f', 'bell'],
    ['unended \u001b]52;c;', 'unended '],
    ['β-decay — naïve 日本語 😀', 'β-decay — naïve 日本語 😀'],
  ])('%j is printed as %j', (text, printed) => {
    expect(plain(text)).toBe(printed);
  });

  it('never moves a cursor, rings a bell or turns the direction of text', () => {
    const nasty = fc.stringMatching(/^[\u001b\u009b\u009d\u0090\u0007\u202e\u2067\\[\]0-9;?A-Za-z \n]*$/u);
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), (text) => {
        expect(plain(text)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u,
        );
      }),
    );
  });
});
