/** So many characters of a text are told. */
export const TEXT_LIMIT = 200;

/** What people write into addresses and headers and would not write into a log. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, '$1***@'],
  [/([?&;][\w.[\]%-]+=)[^\s&;#"'<>)]+/g, '$1***'],
  [/\b(bearer|basic|digest|token)([ :=]+)[^\s,;"']+/gi, '$1$2***'],
];

/** A text of bounded length, without half characters and without what looks like a secret. */
export function plainText(text: string): string {
  // Cut first, generously: the patterns take time in proportion to what they are given.
  let plain = text.slice(0, 4 * TEXT_LIMIT).toWellFormed();
  for (const [pattern, shown] of SECRETS) plain = plain.replace(pattern, shown);
  return plain.length > TEXT_LIMIT ? `${plain.slice(0, TEXT_LIMIT - 1).toWellFormed()}…` : plain;
}

/** Control characters, separators of lines, and marks that turn the direction of what follows. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Text that can do nothing to a terminal or to the next line of a log. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
