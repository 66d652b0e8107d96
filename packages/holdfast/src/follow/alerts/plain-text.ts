const LINE_ENDS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
const UNSAFE = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\u061c\\ufeff]',
  'gu',
);
const LONGEST = 500;

/** Text from outside on one line of bounded length, without control characters and marks of direction. */
export function plainText(text: string): string {
  const line = text.replace(LINE_ENDS, ' ').replace(UNSAFE, '').toWellFormed().trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).toWellFormed()}…`;
}
