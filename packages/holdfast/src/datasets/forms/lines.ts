import { isUtf8 } from 'node:buffer';
import type { DatasetEntry } from '../port.ts';
import type { ByteFile } from '../files/byte-file.ts';
import type { Block } from './blocks.ts';
import { blocksOf, LONGEST_LINE } from './blocks.ts';
import { bad, KEPT, type Mark, type Piece } from './piece.ts';

/** Turns the text of a line, without its end, into an entry; null leaves it out. */
export type ReadLine = (where: string, line: string) => DatasetEntry | null;

/** Entries to a batch, about. */
const BATCH = 2000;
/** Bytes to a batch at most, about: whoever takes it holds it whole. */
const BATCH_BYTES = 8 << 20;

/** Reads a file line by line in batches; lines of white space are left out. */
export async function* readLines(
  file: ByteFile,
  from: Mark,
  signal: AbortSignal,
  { blockSize, read }: { readonly blockSize: number; readonly read: ReadLine },
): AsyncGenerator<Piece> {
  const { name } = file.found;
  let entries: DatasetEntry[] = [];
  let next = from;
  let start = from.offset;
  let diskRead = 0;
  for await (const block of blocksOf(file, start, { size: blockSize, longest: LONGEST_LINE }, signal)) {
    const lines = block.type === 'lines' ? linesOf(block.bytes, next.offset === 0) : null;
    let { count } = next;
    for (const line of lines ?? []) {
      count += 1;
      const entry = entryOf(`${name}:${count}`, line, read);
      if (entry !== null) entries.push(entry);
    }
    if (block.type !== 'lines') entries.push(lostLine(`${name}:${++count}`, block));
    next = { offset: block.end, count };
    diskRead = block.read;
    if (entries.length < BATCH && block.end - start < BATCH_BYTES) continue;
    yield { entries, next, read: diskRead };
    entries = [];
    start = block.end;
  }
  if (next.offset > start || entries.length > 0) yield { entries, next, read: diskRead };
}

/** A line as text, or its bytes where they are not UTF-8. */
type Line = string | Uint8Array;

function linesOf(block: Buffer, first: boolean): readonly Line[] {
  const bytes =
    first && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
  if (isUtf8(bytes)) return splitLines(bytes.toString('utf8'));
  // Latin-1 has a character for each byte, so a line's bytes are found again.
  return splitLines(bytes.toString('latin1')).map((line) => {
    const own = Buffer.from(line, 'latin1');
    return isUtf8(own) ? own.toString('utf8') : own;
  });
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function entryOf(where: string, line: Line, read: ReadLine): DatasetEntry | null {
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
