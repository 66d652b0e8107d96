/** Whole escape sequences: OSC, DCS and the like up to their end; CSI with parameters; two-character ones. */
const SEQUENCES = new RegExp(
  [
    '(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c|$)',
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    '\\u001b[ -/]*[0-~]?',
  ].join('|'),
  'gu',
);

/** Marks that change the direction of text or are invisible: a title could pretend to be another one. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Line ends and tabs of every kind. */
const SPACES = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;

/** Everything else that is not text. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/gu;

/**
 * Text from outside, safe to print in a terminal on one line: without escape sequences, control characters and
 * marks of direction. The one place where this is decided.
 */
export function plain(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(INVISIBLE, '')
    .replace(SPACES, ' ')
    .replace(CONTROLS, '')
    .toWellFormed();
}
