const KEPT_CHARACTERS = 4_096;
const QUOTED_LINES = 3;
const QUOTED_CHARACTERS = 400;

/** Keeps the end of a text that may be endless. */
export class LastWords {
  #text = '';

  /** The last 4 KiB, raw. */
  get text(): string {
    return this.#text;
  }

  hear(chunk: string): void {
    this.#text = (this.#text + chunk.slice(-KEPT_CHARACTERS)).slice(-KEPT_CHARACTERS);
  }
}

/** The last lines as an end of a message, on one line and without anything that a terminal obeys; empty if none. */
export function quoteLastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const last = lines.slice(-QUOTED_LINES).join('\n').trim().slice(-QUOTED_CHARACTERS);
  return last === '' ? '' : ` It wrote last: "${escapeText(last)}"`;
}

/** Control, format and separator characters become `\u{…}`, a new line `\n`, a backslash two. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) => `\\u{${found.codePointAt(0)?.toString(16)}}`);
}
