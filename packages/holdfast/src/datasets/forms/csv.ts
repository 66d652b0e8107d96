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
const RETURN = 0x0d;

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
      const end = shape.quoted && bytes.length < LONGEST_LINE ? lastRowEnd(bytes, shape) : bytes.length;
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

/** Behind the last row that is whole; 0 when there is none. */
function lastRowEnd(bytes: Buffer, shape: TableShape): number {
  let next = 0;
  while (next < bytes.length) {
    const end = rowEnd(bytes, next, shape);
    if (end === null || end === bytes.length) break;
    next = end + 1;
  }
  return next;
}

/**
 * Where the line end of the row stands that begins here; null when its quotation marks are still open behind
 * the last byte. Marks over several lines that do not end with their field were never closed: such a row is
 * its first line, so that it does not take the rows behind it with it.
 */
function rowEnd(bytes: Buffer, from: number, { delimiter, quoted }: TableShape): number | null {
  if (!quoted) return lineEnd(bytes, from);
  const between = delimiter.charCodeAt(0);
  let open = false;
  let lines = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === NEWLINE) {
      if (!open) return at;
      lines += 1;
    } else if (byte === QUOTE && !open) {
      open = at === from || bytes[at - 1] === between;
    } else if (byte === QUOTE) {
      const after = bytes[at + 1];
      if (after === QUOTE) at += 1;
      else if (lines === 0 || after === between || endsLine(after)) [open, lines] = [false, 0];
      else return lineEnd(bytes, from);
    }
  }
  return open ? null : bytes.length;
}

function endsLine(byte: number | undefined): boolean {
  return byte === undefined || byte === NEWLINE || byte === RETURN;
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(NEWLINE, from);
  return end < 0 ? bytes.length : end;
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

  /** Rows, or the bytes of one that is damaged; these do not take the others with them. */
  *#rowsOf(bytes: Buffer): Generator<readonly string[] | Buffer> {
    if (isUtf8(bytes)) {
      try {
        yield* this.#parse(bytes.toString('utf8'));
        return;
      } catch {
        // Then row by row.
      }
    }
    let width = this.#shape.header?.length ?? 1;
    for (let at = 0, end = 0; at < bytes.length; at = end + 1) {
      end = this.#rowEnd(bytes, at);
      const fields = this.#tryOne(bytes.subarray(at, end + 1));
      if (fields === null) end = this.#damagedEnd(bytes, end, width);
      const own = bytes.subarray(at, end);
      if (own.toString('latin1').trim() === '') continue;
      if (fields !== null) width = fields.length;
      yield fields !== null && isUtf8(own) ? fields : own;
    }
  }

  /** Marks that nothing closes leave the row its first line. */
  #rowEnd(bytes: Buffer, from: number): number {
    return rowEnd(bytes, from, this.#shape) ?? lineEnd(bytes, from);
  }

  /** The lines behind one with open marks belong to its row while they have fewer fields than a row. */
  #damagedEnd(bytes: Buffer, first: number, width: number): number {
    let end = first;
    while (end < bytes.length) {
      const next = this.#rowEnd(bytes, end + 1);
      const fields = this.#tryOne(bytes.subarray(end + 1, next + 1));
      if (fields === null || fields.length >= width) break;
      end = next;
    }
    return end;
  }

  /** The fields of a row with its line end; by Latin-1, a character for each byte, one that is not UTF-8 has them too. */
  #tryOne(row: Buffer): readonly string[] | null {
    try {
      return this.#parse(row.toString(isUtf8(row) ? 'utf8' : 'latin1'))[0] ?? [];
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
