import { hexAt } from './line-scanner.ts';

const [SPACE, QUOTE, BACKSLASH] = [0x20, 0x22, 0x5c] as const;
/** 0: as it is; 1: a space; 2: an escape; 3: the first byte of what may be white space beyond ASCII. */
const KINDS = new Uint8Array(256).map((_, byte) => {
  if (byte === SPACE) return 1;
  if (byte === BACKSLASH) return 2;
  return byte === 0xc2 || (byte >= 0xe1 && byte <= 0xe3) || byte === 0xef ? 3 : 0;
});
const BLANK = /^\s$/;

/**
 * Writes texts of JSON as JSON again, with the white-space rules of the normaliser (`cleanText`): runs become one
 * space, the ends are trimmed. It gives up at whatever is rare: white space beyond ASCII, NUL, surrogates.
 */
export class TextWriter {
  #out: Uint8Array = new Uint8Array();
  #words: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  /** Where the text in hand began. */
  #start = 0;
  /** Nothing was written yet, or a space: another one is left out. */
  #space = true;

  /** Writes to these bytes, from a place on. */
  begin(out: Uint8Array, at: number): void {
    if (out !== this.#out) this.#words = viewOf(out);
    this.#out = out;
    this.at = at;
  }

  /** A piece as it is; up to three bytes behind it are written too. */
  put({ words, length }: Fixed): void {
    const { at } = this;
    for (let index = 0; index < words.length; index += 1)
      this.#words.setInt32(at + 4 * index, words[index] ?? 0, true);
    this.at = at + length;
  }

  /** Some bytes as they are. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    const out = this.#out;
    const shift = this.at - from;
    for (let index = from; index < to; index += 1) out[index + shift] = bytes[index] ?? 0;
    this.at = to + shift;
  }

  /** Begins a text; `add` and `close` follow. */
  open(): void {
    this.#out[this.at] = QUOTE;
    this.at += 1;
    this.#start = this.at;
    this.#space = true;
  }

  /** White space within the text. */
  space(): void {
    if (this.#space) return;
    this.#out[this.at] = SPACE;
    this.at += 1;
    this.#space = true;
  }

  /** Ends a text; false when nothing stands in it, and then nothing is written. */
  close(): boolean {
    if (this.#space && this.at > this.#start) this.at -= 1;
    if (this.at === this.#start) {
      this.at -= 1;
      return false;
    }
    this.#out[this.at] = QUOTE;
    this.at += 1;
    return true;
  }

  /**
   * Adds the inside of a JSON text; false when it gives up.
   * @param words the same bytes: most of them are copied four at a time
   */
  add(bytes: Uint8Array, words: DataView, from: number, to: number): boolean {
    const [out, outWords] = [this.#out, this.#words];
    let { at } = this;
    let space = this.#space;
    let index = from;
    while (index < to) {
      for (; index + 4 <= to; index += 4) {
        const word = words.getInt32(index, true);
        const spaces = spacesIn(word);
        if (hasEscapeOrHigh(word) || (spaces & (spaces << 8)) !== 0 || (space && (spaces & 0x80) !== 0))
          break;
        outWords.setInt32(at, word, true);
        at += 4;
        space = spaces < 0;
      }
      for (const end = Math.min(to, index + 4); index < end;) {
        const byte = bytes[index] ?? 0;
        const kind = KINDS[byte] ?? 0;
        if (kind === 1 || (kind === 2 && isWhite(bytes[index + 1] ?? 0))) {
          if (!space) {
            out[at] = SPACE;
            at += 1;
            space = true;
          }
          index += kind;
          continue;
        }
        space = false;
        const written = kind === 0 ? copyByte(out, at, byte) : writeRare(bytes, index, out, at);
        if (written === 0) return false;
        at += written;
        index += kind !== 2 ? 1 : bytes[index + 1] === 0x75 ? 6 : 2;
      }
    }
    this.at = at;
    this.#space = space;
    return true;
  }
}

/** Bytes that are written often. */
export interface Fixed {
  readonly words: Int32Array;
  readonly length: number;
}

/** The UTF-8 of a text, ready to be written often. */
export function fixed(text: string): Fixed {
  const bytes = Buffer.from(text);
  const view = viewOf(Buffer.concat([bytes, Buffer.alloc(3)]));
  const words = Int32Array.from({ length: Math.ceil(bytes.length / 4) }, (_, n) =>
    view.getInt32(4 * n, true),
  );
  return { words, length: bytes.length };
}

/** A view of the same bytes. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** 0x80 in the place of each of the four bytes that is a space. */
function spacesIn(word: number): number {
  const differs = word ^ 0x20202020;
  return ~(((differs & 0x7f7f7f7f) + 0x7f7f7f7f) | differs | 0x7f7f7f7f);
}

/** Whether one of four bytes is a backslash or beyond ASCII. */
function hasEscapeOrHigh(word: number): boolean {
  const differs = word ^ 0x5c5c5c5c;
  return ((((differs - 0x01010101) & ~differs) | word) & 0x80808080) !== 0;
}

/** `\n`, `\t`, `\r`, `\f` */
function isWhite(escape: number): boolean {
  return escape === 0x6e || escape === 0x74 || escape === 0x72 || escape === 0x66;
}

/** What is an escape, or perhaps white space beyond ASCII; 0 when it gives up. */
function writeRare(bytes: Uint8Array, from: number, out: Uint8Array, at: number): number {
  if (bytes[from] === BACKSLASH) return unescape(bytes, from, out, at);
  return isDoubtful(bytes, from) ? 0 : copyByte(out, at, bytes[from] ?? 0);
}

function copyByte(out: Uint8Array, at: number, byte: number): number {
  out[at] = byte;
  return 1;
}

/** Writes what an escape stands for, as JSON writes it; returns how many bytes, 0 when it gives up. */
function unescape(bytes: Uint8Array, from: number, out: Uint8Array, at: number): number {
  const escape = bytes[from + 1] ?? 0;
  if (escape === 0x2f) return copyByte(out, at, escape);
  if (escape !== 0x75) {
    // A quote, a backslash and \b are escaped in the same way again.
    out[at] = BACKSLASH;
    out[at + 1] = escape;
    return 2;
  }
  const code = hexAt(bytes, from + 2);
  if (code < 0x80 || (code >= 0xd800 && code <= 0xdfff) || BLANK.test(String.fromCharCode(code))) return 0;
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6);
    out[at + 1] = 0x80 | (code & 0x3f);
    return 2;
  }
  out[at] = 0xe0 | (code >> 12);
  out[at + 1] = 0x80 | ((code >> 6) & 0x3f);
  out[at + 2] = 0x80 | (code & 0x3f);
  return 3;
}

/** Whether the letter at a place is white space, or a neighbour of it that is rare too. */
function isDoubtful(bytes: Uint8Array, at: number): boolean {
  const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2] ?? 0];
  if (first === 0xc2) return second === 0xa0;
  if (first === 0xe1) return second === 0x9a;
  if (first === 0xe2) return (second === 0x80 && (third <= 0x8a || third >= 0xa8)) || second === 0x81;
  if (first === 0xe3) return second === 0x80 && third === 0x80;
  return first === 0xef && second === 0xbb && third === 0xbf;
}
