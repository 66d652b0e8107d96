import { describe, expect, it } from 'vitest';
import { startProgram } from '../testing/run-program.ts';
import { findBrowser } from './find-browser.ts';
import { parseFlags, usage } from './flags.ts';

const about = {
  name: 'gather-matches',
  about: 'Walks.',
  items: 'pages',
  limit: 'max-pages',
} as const;

describe('the command line of an example', () => {
  it.each([
    [['--max-inbox', '3'], "Unknown option '--max-inbox'"],
    [['--max-pages', 'many'], '--max-pages takes a whole number from 1 to 1000000, not "many".'],
    [['--workers', '0'], '--workers takes a whole number from 1 to 16, not "0".'],
    [['--portal', 'somewhere'], '--portal takes an address'],
    [['--settle', 'm1=maybe'], '--settle takes PATH=done or PATH=not-done'],
  ])('is refused with a sentence: %j', (args, sentence) => {
    expect(() => parseFlags(args, about)).toThrow(sentence);
  });

  it('may name a browser, which has to be there', () => {
    expect(() => findBrowser('/nowhere/chromium')).toThrow(
      'There is no browser at /nowhere/chromium: name another',
    );
    expect(findBrowser(process.execPath)).toBe(process.execPath);
  });

  it('ends a program with 2 when it is wrong', async () => {
    const ended = await startProgram('process-inbox', ['--workers', '0']).ended;
    expect(ended).toEqual({ code: 2, output: expect.stringMatching(/not "0"\.\nTry --help\.\n$/) });
  });

  it('does not fail a program whose output nobody reads to the end', async () => {
    const program = startProgram('gather-matches', ['--help']);
    program.stopReading();
    expect(await program.ended).toEqual({ code: 0, output: '' });
  });

  it('names a ledger that can be used, or the program says what to look at', async () => {
    const ended = await startProgram('send-messages', [
      '--browser',
      process.execPath,
      '--ledger',
      '/nowhere/a.db',
    ]).ended;
    expect(ended).toEqual({
      code: 1,
      output: expect.stringMatching(/The ledger \/nowhere\/a\.db cannot be used.*\nLook whether its folder/),
    });
  });

  it('is explained by --help', () => {
    expect(usage(about)).toContain('  --max-pages N     do at most so many pages; the next start goes on\n');
    expect(parseFlags(['--help'], about)).toBeUndefined();
  });
});
