/** Bytes of a JSON text: from `start` up to and without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The members of a JSON object in its bytes. */
export interface JsonSpans {
  /** The value of each member, by name. */
  readonly members: ReadonlyMap<string, Span>;
  /** The elements of the array `listName`; null when there is no such array. */
  readonly elements: readonly Span[] | null;
}

/** The bytes are not one whole JSON object. */
export class JsonSpanError extends Error {
  override readonly name = 'JsonSpanError';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/**
 * Finds where the members of a JSON object stand, and where the elements of one of its arrays do, so that each
 * row is parsed alone and one bad row costs no other. Reads the outer structure strictly; what is inside a
 * member or an element is only skipped, with strings and brackets respected: parsing it is the caller's.
 * @throws JsonSpanError for what is cut, no object, holds a member twice, or goes on after its end
 */
export function scanJson(bytes: Uint8Array, listName: string): JsonSpans {
  const scanner = new Scanner(bytes);
  const members = new Map<string, Span>();
  let elements: readonly Span[] | null = null;
  scanner.list(OPEN_OBJECT, CLOSE_OBJECT, () => {
    const name = scanner.name();
    if (members.has(name)) scanner.fail(`the member "${name.slice(0, 40)}" occurs twice`);
    if (name !== listName || !scanner.at(OPEN_ARRAY)) {
      members.set(name, scanner.value());
      return;
    }
    const start = scanner.position;
    const found: Span[] = [];
    scanner.list(OPEN_ARRAY, CLOSE_ARRAY, () => found.push(scanner.value()));
    members.set(name, { start, end: scanner.position });
    elements = found;
  });
  scanner.finish();
  return { members, elements };
}

/** Walks over the bytes of a JSON text. UTF-8 has no byte below 0x80 inside a character, so bytes suffice. */
class Scanner {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#at = hasMark ? 3 : 0;
  }

  get position(): number {
    return this.#at;
  }

  fail(problem: string): never {
    throw new JsonSpanError(`At byte ${this.#at}: ${problem}.`);
  }

  /** Whether the next byte that is no white space is this one. */
  at(byte: number): boolean {
    this.#space();
    return this.#bytes[this.#at] === byte;
  }

  /** Reads a bracketed list; `item` reads one entry of it. */
  list(open: number, close: number, item: () => void): void {
    this.#expect(open);
    if (this.#takes(close)) return;
    do item();
    while (this.#takes(COMMA));
    this.#expect(close);
  }

  /** Reads a member's name and its colon. */
  name(): string {
    this.#space();
    const start = this.#at;
    this.#string();
    const text = new TextDecoder().decode(this.#bytes.subarray(start, this.#at));
    this.#expect(COLON);
    this.#space();
    try {
      return JSON.parse(text) as string;
    } catch {
      return this.fail('a name is malformed');
    }
  }

  /** Skips one value. */
  value(): Span {
    this.#space();
    const start = this.#at;
    const closers: number[] = [];
    do {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) this.fail('the text ends within a value');
      if (byte === QUOTE) this.#string();
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY);
        this.#at += 1;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (closers.pop() !== byte) this.fail('a bracket does not match');
        this.#at += 1;
      } else if (closers.length === 0) this.#bare();
      else this.#at += 1;
    } while (closers.length > 0);
    return { start, end: this.#at };
  }

  /** Nothing but white space may follow. */
  finish(): void {
    this.#space();
    if (this.#at < this.#bytes.length) this.fail('the text goes on after its end');
  }

  /** A number or a literal: its first byte that is none of its letters ends it. */
  #bare(): void {
    const start = this.#at;
    while (isBare(this.#bytes[this.#at])) this.#at += 1;
    if (this.#at === start) this.fail('a value is missing');
  }

  #string(): void {
    if (this.#bytes[this.#at] !== QUOTE) this.fail('a string is missing');
    this.#at += 1;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) this.fail('the text ends within a string');
      this.#at += byte === BACKSLASH ? 2 : 1;
      if (byte === QUOTE) return;
    }
  }

  #takes(byte: number): boolean {
    if (!this.at(byte)) return false;
    this.#at += 1;
    return true;
  }

  #expect(byte: number): void {
    if (!this.#takes(byte)) this.fail(`"${String.fromCharCode(byte)}" is missing`);
  }

  #space(): void {
    for (
      let byte = this.#bytes[this.#at];
      byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
      byte = this.#bytes[this.#at]
    ) {
      this.#at += 1;
    }
  }
}

/** Letters, digits, sign and point: JSON.parse decides what they mean. */
function isBare(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}
