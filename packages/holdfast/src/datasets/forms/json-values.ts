import { isUtf8 } from 'node:buffer';
import type { DatasetEntry } from '../port.ts';
import { CutStream } from '../files/byte-file.ts';
import { LONGEST_LINE } from './blocks.ts';
import { jsonEntry } from './json-entry.ts';
import { bad, KEPT, type Mark, type Piece, type ReadForm } from './piece.ts';

const BATCH = 2000;
const BATCH_BYTES = 8 << 20;

/**
 * JSON values one after the other, on one line or many: those of an array, or objects printed over many lines. A value
 * is found by its brackets and read by itself.
 */
export const readJsonValues: ReadForm = async function* readJsonValues(file, from, signal) {
  const scanner = new ValueScanner(file.found.name, from);
  let read = 0;
  let cut = false;
  try {
    for await (const chunk of file.chunks(from.offset, signal)) {
      read = chunk.read;
      scanner.add(chunk.bytes);
      const piece = scanner.piece(false);
      if (piece !== null) yield { ...piece, read };
    }
  } catch (error) {
    if (!(error instanceof CutStream)) throw error;
    cut = true;
  }
  const last = scanner.end(cut);
  if (last !== null) yield { ...last, read };
};

const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** White space, comma, and the brackets of the array itself. */
const BETWEEN = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c]);

/** Where the scanner is: between values, in a value with brackets, in a text, in a number or word. */
type Place = 'between' | 'value' | 'text' | 'escape' | 'word';

/** Cuts bytes into values of the top level. */
class ValueScanner {
  readonly #name: string;
  #entries: DatasetEntry[] = [];
  #mark: Mark;
  #count: number;
  /** Bytes since the mark that are no longer in the buffer. */
  #raw: Buffer[] = [];
  /** Bytes since the mark's offset that are not done. */
  #buffer: Buffer = Buffer.alloc(0);
  #base: number;
  #at = 0;
  #start = 0;
  #depth = 0;
  #place: Place = 'between';

  constructor(name: string, from: Mark) {
    this.#name = name;
    this.#mark = from;
    this.#count = from.count;
    this.#base = from.offset;
  }

  add(bytes: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    for (; this.#at < this.#buffer.length; this.#at += 1) this.#step(this.#buffer[this.#at] ?? 0);
    const done = this.#place === 'between' ? this.#at : this.#start;
    this.#raw.push(this.#buffer.subarray(0, done));
    this.#buffer = this.#buffer.subarray(done);
    this.#base += done;
    this.#at -= done;
    this.#start = 0;
    if (this.#buffer.length > LONGEST_LINE) this.#drop();
  }

  /** What is complete, when it is enough for a batch. */
  piece(all: boolean): Omit<Piece, 'read'> | null {
    const { offset } = this.#mark;
    if (!all && this.#entries.length < BATCH && this.#base - offset < BATCH_BYTES) return null;
    if (this.#entries.length === 0 && this.#base === offset) return null;
    this.#mark = { offset: this.#base, count: this.#count };
    const entries = this.#entries;
    this.#entries = [];
    const raw = new Uint8Array(Buffer.concat(this.#raw));
    this.#raw = [];
    return { entries, raw, next: this.#mark };
  }

  end(cut: boolean): Omit<Piece, 'read'> | null {
    const rest = this.#buffer;
    if (this.#place === 'word' && !cut) this.#take(rest.length);
    else if (rest.length > 0 || cut) {
      const what = cut ? 'The compressed file is cut or damaged from here on.' : 'The JSON is cut.';
      this.#count += 1;
      this.#entries.push(bad(this.#where(), 'ERR_DATASET_CUT', what, rest.subarray(0, KEPT)));
    }
    this.#raw.push(rest);
    this.#base += rest.length;
    this.#buffer = Buffer.alloc(0);
    return this.piece(true);
  }

  #step(byte: number): void {
    switch (this.#place) {
      case 'between':
        return this.#begin(byte);
      case 'escape':
        this.#place = 'text';
        return;
      case 'text':
        if (byte === BACKSLASH) this.#place = 'escape';
        else if (byte === QUOTE) this.#closeText();
        return;
      case 'value':
        if (byte === QUOTE) this.#place = 'text';
        else if (OPEN.has(byte)) this.#depth += 1;
        else if (CLOSE.has(byte)) this.#close();
        return;
      case 'word':
        if (BETWEEN.has(byte) || CLOSE.has(byte)) this.#take(this.#at);
    }
  }

  #begin(byte: number): void {
    // The brackets of the array around the values are between them: a value of this level is no array itself.
    if (BETWEEN.has(byte) || byte === 0x5b || byte === 0x5d) return;
    if (byte >= 0x80 && this.#base + this.#at < 3) return;
    this.#start = this.#at;
    if (byte === 0x7b) {
      this.#place = 'value';
      this.#depth = 1;
    } else this.#place = byte === QUOTE ? 'text' : 'word';
  }

  #closeText(): void {
    if (this.#depth > 0) this.#place = 'value';
    else this.#take(this.#at + 1);
  }

  #close(): void {
    this.#depth -= 1;
    if (this.#depth === 0) this.#take(this.#at + 1);
  }

  #take(end: number): void {
    const bytes = this.#buffer.subarray(this.#start, end);
    this.#count += 1;
    const place = { offset: this.#base + this.#start - this.#mark.offset, length: end - this.#start };
    const entry = isUtf8(bytes)
      ? jsonEntry(this.#where(), bytes.toString('utf8'))
      : bad(this.#where(), 'ERR_DATASET_ENCODING', 'The value is not valid UTF-8.', bytes.subarray(0, KEPT));
    this.#entries.push({ ...entry, place });
    this.#place = 'between';
    this.#depth = 0;
  }

  /** A value that never ends: what follows is looked at anew from the next line on. */
  #drop(): void {
    this.#count += 1;
    const reason = `A value is longer than ${LONGEST_LINE} bytes.`;
    this.#entries.push(bad(this.#where(), 'ERR_DATASET_TOO_LONG', reason, this.#buffer.subarray(0, KEPT)));
    this.#raw.push(this.#buffer);
    this.#base += this.#buffer.length;
    this.#buffer = Buffer.alloc(0);
    this.#at = 0;
    this.#place = 'between';
    this.#depth = 0;
  }

  #where(): string {
    return `${this.#name}#${this.#count}`;
  }
}
