import { isArxivId, parseArxivId } from './arxiv-id.ts';

/** What became of an identifier that went through a floating-point number. */
export type Mended =
  | { readonly id: string; readonly version: string | null; readonly repaired: boolean }
  | { readonly refused: string };

const NUMBER = /^(\d{3,4})\.(\d+)$/;
/** Digits behind the last one of an id that only the rounding of a double writes: `…69999999`, `…700000001`. */
const NOISE_DOWN = /^9{5,}\d{0,2}$/;
const NOISE_UP = /^0{5,}\d{0,2}$/;

/**
 * Reads the arXiv id of a line. A number loses the zeros at its ends (`704.0001`, `1501.1`) and may gain digits
 * (`1501.0044699999999`): then the one id that can have become this number is taken, unless the line names another
 * one elsewhere or was posted in another time. What no id, or more than one, can have become is refused.
 * @param named ids that the line names elsewhere (link, DOI)
 * @param posted `YYYY-MM` of the first posting, where the line tells
 */
export function mendArxivId(written: string, named: readonly string[], posted: string | null): Mended {
  const found = parseArxivId(written);
  if (found) return { ...found, repaired: false };
  const [, whole = '', fraction = ''] = NUMBER.exec(written.trim()) ?? [];
  const id = whole === '' ? null : onlyIdOf(whole.padStart(4, '0'), fraction);
  if (id === null) return { refused: `No identifier of arXiv can have become ${shown(written)}.` };
  const other = named.find((each) => each !== id);
  if (other !== undefined) {
    return { refused: `${shown(written)} would be ${id}, but the line names ${other} elsewhere.` };
  }
  if (posted !== null && !fitsMonth(id, posted)) {
    return { refused: `${shown(written)} would be ${id}, but it was posted in ${posted}.` };
  }
  return { id, version: null, repaired: true };
}

/** Numbers have four digits until 2014 and five since; six are not used yet. */
function onlyIdOf(yearMonth: string, fraction: string): string | null {
  const digits = yearMonth <= '1412' ? 4 : 5;
  const number = fraction.length <= digits ? fraction.padEnd(digits, '0') : denoised(fraction, digits);
  if (number === null) return null;
  const id = `${yearMonth}.${number}`;
  return isArxivId(id) ? id : null;
}

function denoised(fraction: string, digits: number): string | null {
  const number = fraction.slice(0, digits);
  const noise = fraction.slice(digits);
  if (NOISE_UP.test(noise)) return number;
  return NOISE_DOWN.test(noise) ? increment(number) : null;
}

/** One more, digit by digit; null when it would need another digit. */
function increment(digits: string): string | null {
  const last = digits.search(/[0-8]9*$/);
  if (last < 0) return null;
  const raised = String.fromCharCode(digits.charCodeAt(last) + 1);
  return digits.slice(0, last) + raised + '0'.repeat(digits.length - last - 1);
}

/** An id is given when the paper is announced: in the month of its posting, or a few months later. */
function fitsMonth(id: string, posted: string): boolean {
  const [year = 0, month = 0] = posted.split('-').map(Number);
  const late = (2000 + Number(id.slice(0, 2)) - year) * 12 + Number(id.slice(2, 4)) - month;
  return late >= 0 && late <= 6;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
