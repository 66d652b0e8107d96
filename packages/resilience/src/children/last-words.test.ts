import { expect, test } from 'vitest';
import { awaitLine } from './await-line.ts';
import { escapeText, LastWords, quoteLastWords } from './last-words.ts';

test('of an endless text the last 4 KiB are kept', () => {
  const words = new LastWords();
  expect(words.text).toBe('');
  words.hear('a'.repeat(4_095));
  words.hear('b');
  expect(words.text).toBe(`${'a'.repeat(4_095)}b`);
  words.hear('c');
  expect(words.text).toBe(`${'a'.repeat(4_094)}bc`);
  words.hear(`${'d'.repeat(10_000)}e`);
  expect(words.text).toBe(`${'d'.repeat(4_095)}e`);
});

test('the last three lines that say anything are quoted, at most 400 characters', () => {
  expect(quoteLastWords('')).toBe('');
  expect(quoteLastWords(' \n\t\n')).toBe('');
  expect(quoteLastWords('one')).toBe(' It wrote last: "one"');
  expect(quoteLastWords('one\ntwo\n\nthree\n  \nfour\n')).toBe(
    String.raw` It wrote last: "two\nthree\nfour"`,
  );
  expect(quoteLastWords(`x${'y'.repeat(400)}`)).toBe(` It wrote last: "${'y'.repeat(400)}"`);
  expect(quoteLastWords('y'.repeat(400))).toBe(` It wrote last: "${'y'.repeat(400)}"`);
});

test.each([
  ['\u001B[2J\u0007', String.raw`\u{1b}[2J\u{7}`],
  ['a\r\nb\tc', String.raw`a\u{d}\nb\u{9}c`],
  ['\u202Eabc\u2066\u200B\u2028\u2029', String.raw`\u{202e}abc\u{2066}\u{200b}\u{2028}\u{2029}`],
  [String.raw`C:\new`, String.raw`C:\\new`],
  ['\uD83D', '\uFFFD'],
  ['naïve 漢字 😀', 'naïve 漢字 😀'],
])('%j is shown as %s', (raw, shown) => {
  expect(escapeText(raw)).toBe(shown);
});

test('a line is found across chunks, once, by its text or by a pattern', () => {
  let found = 0;
  const text = awaitLine('listening', () => (found += 1));
  for (const chunk of ['liste', 'ning on 80']) text(chunk);
  expect(found).toBe(0);
  text('\n');
  expect(found).toBe(1);
  text('listening\nlistening\n');
  expect(found).toBe(1);
  const pattern = awaitLine(/^up$/, () => (found += 10));
  pattern('not up\nup');
  expect(found).toBe(1);
  pattern('\nmore\nup\n');
  expect(found).toBe(11);
});

test('of a line without end the last 64 KiB are kept', () => {
  let found = 0;
  const look = awaitLine(/a.*b/, () => (found += 1));
  look(`a${'x'.repeat(64 * 1_024)}`);
  look('b\n');
  expect(found).toBe(0);
  look(`a${'x'.repeat(64 * 1_024 - 1)}`);
  look('b\n');
  expect(found).toBe(1);
});

test('the beginning of an endless line is looked at before it is forgotten, and Windows ends lines with two', () => {
  let found = 0;
  const look = awaitLine('start', () => (found += 1));
  look(`start${'x'.repeat(64 * 1_024)}`);
  expect(found).toBe(1);
  const whole = awaitLine(/^up$/, () => (found += 10));
  whole('going up\r\nup\r');
  expect(found).toBe(1);
  whole('\n');
  expect(found).toBe(11);
});
