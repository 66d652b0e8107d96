import type { Verdict } from '../judge.ts';

/** A shape of its own for each verdict, so that no colour is needed to tell them apart. */
export const MARKS: Readonly<Record<Verdict, string>> = {
  valid: '✓',
  invalid: '✗',
  unknown: '?',
  'not-covered': '○',
};

/** The words for verdicts. */
export const WORDS: Readonly<Record<Verdict, string>> = {
  valid: 'valid',
  invalid: 'invalid',
  unknown: 'unknown',
  'not-covered': 'not covered',
};

/** What a text can look like on a terminal. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly verdict: (verdict: Verdict, text: string) => string;
}

const COLOURS: Readonly<Record<Verdict, number>> = { valid: 32, invalid: 31, unknown: 33, 'not-covered': 36 };

/** With colours, or without any escape. */
export function styleOf(coloured: boolean): Style {
  const wrap = (code: number) => (text: string) =>
    coloured ? `\u001b[${String(code)}m${text}\u001b[0m` : text;
  return { bold: wrap(1), dim: wrap(2), verdict: (verdict, text) => wrap(COLOURS[verdict])(text) };
}

/** What is asked of a stream before it is coloured. */
export interface Surroundings {
  readonly isTTY?: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether escapes are welcome: a terminal that understands them, and nobody who said no. */
export function takesEscapes({ isTTY, env }: Surroundings): boolean {
  return isTTY === true && env['TERM'] !== 'dumb';
}

/** Whether colours are welcome: see https://no-color.org. */
export function takesColours(surroundings: Surroundings): boolean {
  return takesEscapes(surroundings) && (surroundings.env['NO_COLOR'] ?? '') === '';
}
