/** The keys of a line of arXiv's snapshot, in the order in which it has them; a place in this list names one. */
export const KEYS = [
  'id',
  'submitter',
  'authors',
  'title',
  'comments',
  'journal-ref',
  'doi',
  'report-no',
  'categories',
  'license',
  'abstract',
  'versions',
  'update_date',
  'authors_parsed',
] as const;
/** A key of a line. */
export type Key = (typeof KEYS)[number];

const KEY_BYTES = KEYS.map((key) => Buffer.from(key));
const VERSIONS = KEYS.indexOf('versions');
const PARSED = KEYS.indexOf('authors_parsed');
const VERSION_START = Buffer.from('{"version":"v');
const CREATED = Buffer.from('","created":"');
const NULL = Buffer.from('null');

const [QUOTE, COMMA, OPEN, CLOSE, LIST, LIST_END, BACKSLASH, COLON] = [
  0x22, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d, 0x5c, 0x3a,
] as const;
/** What ends a run of plain bytes in a text: its end, an escape, a control character. */
const STOPS = new Uint8Array(256).map((_, byte) => (byte < 0x20 || byte === 0x22 || byte === 0x5c ? 1 : 0));
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

/**
 * Finds the texts of a snapshot line in its bytes, without making a string of any. It knows the one shape that the
 * snapshot has, compact and with no keys but its own, and checks that the line is JSON; at anything else it gives up,
 * and the line is read as all others are.
 */
export class LineScanner {
  /** Where the text of each key begins and ends; -1 where it is null or absent. */
  readonly from = new Int32Array(KEYS.length);
  readonly to = new Int32Array(KEYS.length);
  /** The parts of all authors: begin, end, begin, end, …; `authorEnds` tells which parts are whose. */
  readonly parts: number[] = [];
  readonly authorEnds: number[] = [];
  /** Each version: its number, and where its date begins and ends. */
  readonly versions: number[] = [];
  #bytes: Uint8Array = new Uint8Array();
  #words: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #seen = 0;

  /**
   * Whether the line from `from` to `to` is one that it knows; the bytes must be UTF-8.
   * @param words the same bytes: most of them are looked at four at a time
   */
  scan(bytes: Uint8Array, words: DataView, from: number, to: number): boolean {
    this.#bytes = bytes;
    this.#words = words;
    this.#at = from;
    this.#seen = 0;
    this.from.fill(-1);
    this.parts.length = 0;
    this.authorEnds.length = 0;
    this.versions.length = 0;
    return this.#members(to) && this.#at === to;
  }

  #members(to: number): boolean {
    if (!this.#take(OPEN)) return false;
    for (let expected = 0; this.#at < to; expected += 1) {
      const key = this.#key(expected);
      if (key < 0 || !this.#take(COLON) || !this.#value(key)) return false;
      if (this.#take(CLOSE)) return true;
      if (!this.#take(COMMA)) return false;
    }
    return false;
  }

  /** The number of the key that comes; -1 when it is none of them, or there for the second time. */
  #key(expected: number): number {
    if (!this.#take(QUOTE)) return -1;
    for (let tried = 0; tried < KEYS.length; tried += 1) {
      const key = (expected + tried) % KEYS.length;
      const name = KEY_BYTES[key];
      if (name === undefined || !this.#starts(name) || this.#bytes[this.#at + name.length] !== QUOTE)
        continue;
      if ((this.#seen & (1 << key)) !== 0) return -1;
      this.#seen |= 1 << key;
      this.#at += name.length + 1;
      return key;
    }
    return -1;
  }

  #value(key: number): boolean {
    if (this.#bytes[this.#at] === QUOTE) {
      const start = this.#at + 1;
      if (key === VERSIONS || key === PARSED || !this.#text()) return false;
      this.from[key] = start;
      this.to[key] = this.#at - 1;
      return true;
    }
    if (key === VERSIONS) return this.#list(() => this.#version());
    if (key === PARSED) return this.#list(() => this.#author());
    return this.#literal(NULL);
  }

  /** A list with something in it. */
  #list(element: () => boolean): boolean {
    if (!this.#take(LIST)) return false;
    do {
      if (!element()) return false;
    } while (this.#take(COMMA));
    return this.#take(LIST_END);
  }

  /** `{"version":"v1","created":"…"}` */
  #version(): boolean {
    if (!this.#literal(VERSION_START)) return false;
    let number = 0;
    for (let digits = 0; ; digits += 1) {
      const digit = (this.#bytes[this.#at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      if (digits === 3 || (digits === 0 && digit === 0)) return false;
      number = number * 10 + digit;
      this.#at += 1;
    }
    if (number === 0 || !this.#literal(CREATED)) return false;
    const start = this.#at;
    this.#at -= 1;
    if (!this.#text() || !this.#take(CLOSE)) return false;
    this.versions.push(number, start, this.#at - 2);
    return true;
  }

  /** `["Lovelace","Ada",""]` */
  #author(): boolean {
    if (!this.#take(LIST)) return false;
    do {
      const start = this.#at + 1;
      if (!this.#text()) return false;
      this.parts.push(start, this.#at - 1);
    } while (this.#take(COMMA));
    this.authorEnds.push(this.parts.length);
    return this.#take(LIST_END);
  }

  /** Goes behind a text; its escapes are checked. */
  #text(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) return false;
    let at = this.#at + 1;
    for (;;) {
      while (at + 4 <= bytes.length && !hasStop(this.#words.getInt32(at, true))) at += 4;
      while (STOPS[bytes[at] ?? 0] === 0) at += 1;
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) return false;
      const next = bytes[at + 1] ?? 0;
      if (ESCAPES.has(next)) at += 2;
      else if (next === 0x75 && hexAt(bytes, at + 2) >= 0) at += 6;
      else return false;
    }
    this.#at = at + 1;
    return true;
  }

  #literal(wanted: Uint8Array): boolean {
    if (!this.#starts(wanted)) return false;
    this.#at += wanted.length;
    return true;
  }

  #starts(wanted: Uint8Array): boolean {
    for (let index = 0; index < wanted.length; index += 1) {
      if (this.#bytes[this.#at + index] !== wanted[index]) return false;
    }
    return true;
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }
}

/** Whether one of four bytes is a quote, a backslash or a control character. */
function hasStop(word: number): boolean {
  const [quote, escape, high] = [word ^ 0x22222222, word ^ 0x5c5c5c5c, word & 0xe0e0e0e0];
  const zeros =
    ((quote - 0x01010101) & ~quote) | ((escape - 0x01010101) & ~escape) | ((high - 0x01010101) & ~high);
  return (zeros & 0x80808080) !== 0;
}

/** The number of four hexadecimal digits; -1 when they are none. */
export function hexAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let index = at; index < at + 4; index += 1) {
    const byte = (bytes[index] ?? 0) | 0x20;
    const digit =
      byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit < 0) return -1;
    number = number * 16 + digit;
  }
  return number;
}
