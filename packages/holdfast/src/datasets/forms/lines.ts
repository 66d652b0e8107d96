import { isUtf8 } from 'node:buffer';
import type { DatasetEntry } from '../port.ts';
import type { ByteFile } from '../files/byte-file.ts';
import type { Block } from './blocks.ts';
import { blocksOf, LONGEST_LINE } from './blocks.ts';
import { bad, KEPT, type Mark, type Piece } from './piece.ts';

/** Turns the text of a line, without its end, into an entry; null leaves it out. */
export type ReadLine = (where: string, line: string) => DatasetEntry | null;

/** How lines are read. */
export interface LineOptions {
  readonly blockSize: number;
  readonly read: ReadLine;
}

/** Entries to a batch, about. */
export const BATCH = 2000;
/** Bytes to a batch at most, about: whoever takes it holds it whole. */
export const BATCH_BYTES = 8 << 20;

/** Reads a file line by line in batches; lines of white space are left out. */
export async function* readLines(
  file: ByteFile,
  from: Mark,
  signal: AbortSignal,
  { blockSize, read }: LineOptions,
): AsyncGenerator<Piece> {
  const { name } = file.found;
  let entries: DatasetEntry[] = [];
  let raw: Buffer[] = [];
  let rawLength = 0;
  let next = from;
  let diskRead = 0;
  for await (const block of blocksOf(file, from.offset, { size: blockSize, longest: LONGEST_LINE }, signal)) {
    const found = entriesOf(block, next, { name, read, at: rawLength });
    entries.push(...found.entries);
    raw.push(block.bytes);
    rawLength += block.bytes.length;
    next = found.next;
    diskRead = block.read;
    if (entries.length < BATCH && rawLength < BATCH_BYTES) continue;
    yield { entries, raw: joined(raw, rawLength), next, read: diskRead };
    [entries, raw, rawLength] = [[], [], 0];
  }
  if (rawLength > 0 || entries.length > 0)
    yield { entries, raw: joined(raw, rawLength), next, read: diskRead };
}

/** The entries of a block behind a mark; their bytes begin `at` a place. */
export function entriesOf(
  block: Block,
  from: Mark,
  { name, read, at: start }: { readonly name: string; readonly read: ReadLine; readonly at: number },
): { readonly entries: readonly DatasetEntry[]; readonly next: Mark } {
  const entries: DatasetEntry[] = [];
  let { count } = from;
  let at = start;
  for (const { line, length } of block.type === 'lines' ? linesOf(block.bytes, from.offset === 0) : []) {
    count += 1;
    const entry = entryOf(`${name}:${count}`, line, read);
    if (entry !== null) entries.push({ ...entry, place: { offset: at, length } });
    at += length;
  }
  if (block.type !== 'lines') {
    count += 1;
    const place = { offset: start, length: block.bytes.length };
    entries.push({ ...lostLine(`${name}:${count}`, block), place });
  }
  return { entries, next: { offset: block.end, count } };
}

/** Blocks as one. */
export function joined(blocks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}

/** A line as text, or its bytes where they are not UTF-8, and its length in bytes with its end. */
interface Line {
  readonly line: string | Uint8Array;
  readonly length: number;
}

function* linesOf(block: Buffer, first: boolean): Generator<Line> {
  const mark = first && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? 3 : 0;
  const bytes = block.subarray(mark);
  const text = isUtf8(bytes) ? bytes.toString('utf8') : null;
  const oneByte = text?.length === bytes.length;
  // Latin-1 has a character for each byte, so a line's bytes are found again.
  for (const [index, each] of splitLines(text ?? bytes.toString('latin1')).entries()) {
    const own = text === null ? Buffer.from(each, 'latin1') : null;
    const line = own === null ? each : isUtf8(own) ? own.toString('utf8') : own;
    const length = own?.length ?? (oneByte ? each.length : Buffer.byteLength(each));
    yield { line, length: length + 1 + (index === 0 ? mark : 0) };
  }
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A line without its end as an entry. */
export function entryOf(where: string, line: string | Uint8Array, read: ReadLine): DatasetEntry | null {
  if (typeof line !== 'string') {
    return bad(where, 'ERR_DATASET_ENCODING', 'The line is not valid UTF-8.', line.subarray(0, KEPT));
  }
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.trim() === '' ? null : read(where, text);
}

/** What stands for a line that was not read. */
export function lostLine(where: string, block: Block): DatasetEntry {
  return block.type === 'too-long'
    ? bad(where, 'ERR_DATASET_TOO_LONG', `The line is longer than ${LONGEST_LINE} bytes.`, block.bytes)
    : bad(where, 'ERR_DATASET_CUT', 'The compressed file is cut or damaged from here on.', block.bytes);
}
