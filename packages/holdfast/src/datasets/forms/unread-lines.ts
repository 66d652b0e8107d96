import { isUtf8 } from 'node:buffer';
import type { DatasetEntry, UnreadLines } from '../port.ts';
import type { ByteFile } from '../files/byte-file.ts';
import { blocksOf, LONGEST_LINE } from './blocks.ts';
import { BATCH, BATCH_BYTES, entriesOf, entryOf, joined } from './lines.ts';
import type { LineOptions, ReadLine } from './lines.ts';
import type { Mark, Piece } from './piece.ts';

const NEWLINE = 10;
const MARK = '\uFEFF';

/** The same as `readLines`, but for lines that are left as they are: all that are UTF-8. */
export async function* readUnread(
  file: ByteFile,
  from: Mark,
  signal: AbortSignal,
  { blockSize, read }: LineOptions,
): AsyncGenerator<Piece> {
  const { name } = file.found;
  let batch = new Lines(name, from, read);
  let next = from;
  for await (const block of blocksOf(file, from.offset, { size: blockSize, longest: LONGEST_LINE }, signal)) {
    if (block.type === 'lines' && isUtf8(block.bytes)) {
      batch.add(block.bytes);
      next = { offset: block.end, count: next.count + batch.lastCount };
      if (!batch.isFull) continue;
      yield { ...batch.finish(), next, read: block.read };
    } else {
      if (!batch.isEmpty) yield { ...batch.finish(), next, read: block.read };
      const found = entriesOf(block, next, { name, read, at: 0 });
      next = found.next;
      yield { entries: found.entries, raw: new Uint8Array(block.bytes), next, read: block.read };
    }
    batch = new Lines(name, next, read);
  }
  if (!batch.isEmpty) yield { ...batch.finish(), next, read: next.offset };
}

/** Blocks of whole lines until they are enough for a batch. */
class Lines {
  readonly #name: string;
  readonly #from: Mark;
  readonly #read: ReadLine;
  readonly #raw: Uint8Array[] = [];
  readonly #ends: number[] = [];
  #length = 0;
  /** Lines of the last block. */
  lastCount = 0;

  constructor(name: string, from: Mark, read: ReadLine) {
    this.#name = name;
    this.#from = from;
    this.#read = read;
  }

  get isEmpty(): boolean {
    return this.#raw.length === 0;
  }

  get isFull(): boolean {
    return this.#ends.length >= BATCH || this.#length >= BATCH_BYTES;
  }

  add(bytes: Buffer): void {
    const before = this.#ends.length;
    for (let at = 0; at < bytes.length;) {
      at = bytes.indexOf(NEWLINE, at) + 1 || bytes.length;
      this.#ends.push(this.#length + at);
    }
    this.#raw.push(bytes);
    this.#length += bytes.length;
    this.lastCount = this.#ends.length - before;
  }

  finish(): Pick<Piece, 'entries' | 'raw' | 'lines'> {
    const raw = joined(this.#raw, this.#length);
    return { entries: [], raw, lines: this.#unread(raw) };
  }

  #unread(raw: Uint8Array): UnreadLines {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    const [ends, name, read, { offset, count }] = [this.#ends, this.#name, this.#read, this.#from];
    const entry = (index: number): DatasetEntry | null => {
      const [from = 0, to = 0] = [index === 0 ? 0 : ends[index - 1], ends[index]];
      const text = bytes.toString('utf8', from, bytes[to - 1] === NEWLINE ? to - 1 : to);
      const line = offset === 0 && index === 0 && text.startsWith(MARK) ? text.slice(1) : text;
      const found = entryOf(`${name}:${String(count + index + 1)}`, line, read);
      return found && { ...found, place: { offset: from, length: to - from } };
    };
    return { ends, entry };
  }
}
