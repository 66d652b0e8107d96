import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import type { DatasetEntry } from '../port.ts';
import type { TableShape } from '../sniff-table.ts';
import { blocksOf, LONGEST_LINE } from './blocks.ts';
import { lostLine } from './lines.ts';
import { bad, KEPT, type Mark, type ReadForm } from './piece.ts';

const BLOCK = 128 * 1024;
const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** A table in text: a row is fields under the names of the header, else under the numbers of the columns. */
export function csvReader(shape: TableShape): ReadForm {
  return async function* readCsv(file, from, signal) {
    const { name } = file.found;
    const rows = new RowReader(name, shape);
    /** A row that goes on: inside of quotation marks a line end is text. */
    let rest: Buffer = Buffer.alloc(0);
    let next = from;
    let read = 0;
    for await (const block of blocksOf(file, from.offset, { size: BLOCK, longest: LONGEST_LINE }, signal)) {
      read = block.read;
      if (block.type !== 'lines') {
        const { entries, count } = rows.read(rest, next);
        next = { offset: block.end, count: count + 1 };
        yield { entries: [...entries, lostLine(`${name}:${next.count}`, block)], next, read };
        rest = Buffer.alloc(0);
        continue;
      }
      const bytes = rest.length === 0 ? block.bytes : Buffer.concat([rest, block.bytes]);
      const end = shape.quoted && bytes.length < LONGEST_LINE ? lastRowEnd(bytes) : bytes.length;
      rest = bytes.subarray(end);
      if (end === 0) continue;
      const { entries, count } = rows.read(bytes.subarray(0, end), next);
      next = { offset: next.offset + end, count };
      yield { entries, next, read };
    }
    if (rest.length === 0) return;
    const { entries, count } = rows.read(rest, next);
    yield { entries, next: { offset: next.offset + rest.length, count }, read };
  };
}

/** Behind the last line end that is not between quotation marks; 0 when there is none. */
function lastRowEnd(bytes: Buffer): number {
  let end = 0;
  let quoted = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === NEWLINE && !quoted) end = at + 1;
  }
  return end;
}

/** Turns whole rows of text into entries. */
class RowReader {
  readonly #name: string;
  readonly #shape: TableShape;
  readonly #names: readonly string[];

  constructor(name: string, shape: TableShape) {
    this.#name = name;
    this.#shape = shape;
    this.#names = uniqueNames(shape.header ?? []);
  }

  read(bytes: Buffer, from: Mark): { entries: readonly DatasetEntry[]; count: number } {
    const first = from.offset === 0;
    let { count } = from;
    const entries: DatasetEntry[] = [];
    for (const row of this.#rowsOf(bytes)) {
      count += 1;
      if (first && count === 1 && this.#shape.header !== null) continue;
      entries.push(this.#entry(`${this.#name}:${count}`, row));
    }
    return { entries, count };
  }

  #entry(where: string, row: readonly string[] | Buffer): DatasetEntry {
    if (Buffer.isBuffer(row)) {
      const [code, reason] = isUtf8(row)
        ? (['ERR_DATASET_CSV', 'It is no row of the table.'] as const)
        : (['ERR_DATASET_ENCODING', 'The row is not valid UTF-8.'] as const);
      return bad(where, code, reason, row.subarray(0, KEPT));
    }
    const values = row.map((value, index) => [this.#names[index] ?? String(index + 1), value] as const);
    return { where, content: { type: 'fields', values: Object.fromEntries(values) } };
  }

  /** Rows, or the bytes of a line that is none; rows that are damaged do not take the others with them. */
  *#rowsOf(bytes: Buffer): Generator<readonly string[] | Buffer> {
    if (isUtf8(bytes)) {
      try {
        yield* this.#parse(bytes.toString('utf8'));
        return;
      } catch {
        // Then line by line.
      }
    }
    for (const line of bytes.toString('latin1').split('\n')) {
      if (line.trim() === '') continue;
      const own = Buffer.from(line, 'latin1');
      yield (isUtf8(own) ? this.#tryOne(own.toString('utf8')) : null) ?? own;
    }
  }

  #tryOne(line: string): readonly string[] | null {
    try {
      return this.#parse(line)[0] ?? null;
    } catch {
      return null;
    }
  }

  #parse(text: string): readonly (readonly string[])[] {
    const { delimiter, quoted } = this.#shape;
    return parse(text, {
      delimiter,
      quote: quoted ? '"' : false,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
    });
  }
}

/** Columns without a name, or with a name that is taken, are called by their number. */
function uniqueNames(header: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return header.map((name, index) => {
    const own = name === '' || taken.has(name) ? String(index + 1) : name;
    taken.add(own);
    return own;
  });
}
