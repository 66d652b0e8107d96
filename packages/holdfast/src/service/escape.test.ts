import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envFile } from './env-file.ts';
import { shownCommand, unitArgument, unitWord, windowsArgument } from './escape.ts';
import { NASTY_WORDS } from './testing/example-spec.ts';

/** Text that a definition can hold, rich in what has a meaning somewhere. */
const word = fc
  .array(
    fc.oneof(
      fc.constantFrom('\\', '"', "'", '$', '%', '{', '}', ' ', '&', '<', ';', '#', '=', '`', 'é', '😀'),
      fc.string({ maxLength: 3 }),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/u.test(text));

/** Splits a command line as CommandLineToArgvW does, by its published rules. */
function splitWindows(line: string): string[] {
  const words: string[] = [];
  let current: string | undefined;
  let quoted = false;
  for (const [part] of line.matchAll(/\\+(?=")"|\\+|"|[^\\"]/gu)) {
    if (/^\\+"$/.test(part)) {
      const slashes = part.length - 1;
      current = (current ?? '') + '\\'.repeat(Math.floor(slashes / 2));
      if (slashes % 2 === 1) current += '"';
      else quoted = !quoted;
    } else if (part === '"') {
      quoted = !quoted;
      current ??= '';
    } else if (!quoted && /[ \t]/.test(part)) {
      if (current !== undefined) words.push(current);
      current = undefined;
    } else current = (current ?? '') + part;
  }
  if (current !== undefined) words.push(current);
  return words;
}

/** Undoes a quoted word of a unit by the rules of systemd.syntax(7). */
function readUnitWord(text: string): string {
  expect(text).toMatch(/^".*"$/u);
  return text.slice(1, -1).replace(/\\(.)/gu, '$1').replaceAll('%%', '%');
}

describe('what is escaped comes back as it was', () => {
  it('as arguments of a Windows command line', () => {
    const allowed = word.filter((text) => !/%[^%]*%|\$\(/.test(text));
    fc.assert(
      fc.property(fc.array(allowed, { maxLength: 4 }), (words) => {
        expect(splitWindows(words.map(windowsArgument).join(' '))).toEqual(words);
      }),
    );
  });

  it('as words and arguments of a unit, in which no quote is left open', () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(readUnitWord(unitWord(text))).toBe(text);
        expect(readUnitWord(unitArgument(text)).replaceAll('$$', '$')).toBe(text);
        expect(unitArgument(text).slice(1, -1)).not.toMatch(/(?<!\\)(\\\\)*"/);
      }),
    );
  });

  it('as variables in a file for Node', () => {
    const allowed = word.filter((text) => !text.includes("'") || !text.includes('`'));
    fc.assert(
      fc.property(allowed, (text) => {
        expect(parseEnv(envFile({ X: text, Y: 'C:\\new\\table' }))).toEqual({ X: text, Y: 'C:\\new\\table' });
      }),
    );
  });

  it.each(NASTY_WORDS)('%s, shown for a shell, has no open quote', (text) => {
    expect(shownCommand(['echo', text]).replaceAll("'\\''", '').split("'").length % 2).toBe(1);
  });
});
