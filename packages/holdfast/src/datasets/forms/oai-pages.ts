import type { DatasetEntry } from '../port.ts';
import { CutStream } from '../files/byte-file.ts';
import { latin1Of } from '../../xml/index.ts';
import { cutRecords, endOfDocument, startOfDocument } from './oai-cut.ts';
import { bad, KEPT, type Mark, type Piece, type ReadForm } from './piece.ts';

/** A document that is longer is handed on in parts. */
const PART = 8 << 20;
/** A record that is longer is no record. */
const LONGEST = 48 << 20;

const HEAD = Buffer.from('<OAI-PMH><ListRecords>');
const TAIL = Buffer.from('</ListRecords></OAI-PMH>');
const IDS_HEAD = Buffer.from('<OAI-PMH><ListIdentifiers>');
const IDS_TAIL = Buffer.from('</ListIdentifiers></OAI-PMH>');

/**
 * OAI-PMH answers one after the other, whole or cut, and bare records. Whole answers are handed on as they are; of the
 * others the whole records, in an answer made for them; what is left over is bad.
 */
export const readOaiPages: ReadForm = async function* readOaiPages(file, from, signal) {
  const cutter = new OaiCutter(file.found.name, from);
  let read = 0;
  try {
    for await (const chunk of file.chunks(from.offset, signal)) {
      read = chunk.read;
      cutter.add(chunk.bytes);
      for (let piece = cutter.next(false); piece !== null; piece = cutter.next(false))
        yield { ...piece, read };
    }
  } catch (error) {
    if (!(error instanceof CutStream)) throw error;
    cutter.broken();
  }
  for (let piece = cutter.next(true); piece !== null; piece = cutter.next(true)) yield { ...piece, read };
};

/** Cuts a growing text of one character per byte; what was handed on is forgotten. */
class OaiCutter {
  readonly #name: string;
  #text = '';
  #mark: Mark;
  /** Up to here no document ends. */
  #searched = 0;
  #broken = false;

  constructor(name: string, from: Mark) {
    this.#name = name;
    this.#mark = from;
  }

  add(bytes: Uint8Array): void {
    this.#text += latin1Of(bytes);
  }

  /** The compressed stream broke here. */
  broken(): void {
    this.#broken = true;
  }

  /** The next piece that is complete; at the end of the file everything is. */
  next(ended: boolean): Omit<Piece, 'read'> | null {
    const end = endOfDocument(this.#text, this.#searched);
    if (end >= 0) return this.#take(end, (text) => this.#document(text));
    // A closing tag may be cut by the end of the chunk.
    this.#searched = Math.max(0, this.#text.length - 64);
    if (ended) return this.#last();
    if (this.#text.length < PART) return null;
    const records = cutRecords(this.#text);
    if (records !== null) return this.#take(records.end, (text) => this.#part(text));
    if (this.#text.length < LONGEST) return null;
    return this.#take(this.#text.length - 64, (text) => [
      this.#bad('ERR_DATASET_TOO_LONG', `A record is longer than ${LONGEST} bytes.`, text),
    ]);
  }

  #last(): Omit<Piece, 'read'> | null {
    if (this.#broken) {
      const text = this.#text;
      this.#broken = false;
      const cut = cutRecords(text)?.end ?? 0;
      return this.#take(text.length, () => [
        ...(cut > 0 ? this.#part(text.slice(0, cut)) : []),
        this.#bad('ERR_DATASET_CUT', 'The compressed file is cut or damaged from here on.', text.slice(cut)),
      ]);
    }
    return this.#text.trim() === '' ? null : this.#take(this.#text.length, (text) => this.#cutDocument(text));
  }

  #take(end: number, entries: (text: string) => readonly DatasetEntry[]): Omit<Piece, 'read'> {
    const text = this.#text.slice(0, end);
    this.#mark = { offset: this.#mark.offset + end, count: this.#mark.count + 1 };
    const taken = entries(text);
    this.#text = this.#text.slice(end);
    this.#searched = 0;
    return { entries: taken, next: this.#mark };
  }

  /** Text that ends with the closing tag of an answer. */
  #document(text: string): readonly DatasetEntry[] {
    const start = startOfDocument(text);
    // Its beginning was handed on in parts, or was never there.
    if (start === null) return this.#cutDocument(text);
    const before = text.slice(0, start);
    const page = {
      type: 'oai-page' as const,
      bytes: new Uint8Array(Buffer.from(text.slice(start), 'latin1')),
    };
    return [
      ...(before.trim() === '' ? [] : this.#cutDocument(before)),
      { where: this.#where(), content: page },
    ];
  }

  /** Text with whole records and without the end, or the beginning, of their answer. */
  #cutDocument(text: string): readonly DatasetEntry[] {
    const { start, end } = cutRecords(text) ?? { start: 0, end: 0 };
    const around = [text.slice(0, start), text.slice(end)].filter((rest) => !isOnlyTags(rest));
    return [
      ...(end > 0 ? this.#part(text.slice(0, end)) : []),
      ...around.map((rest) => this.#bad('ERR_DATASET_CUT', reasonOf(rest), rest)),
    ];
  }

  #part(text: string): readonly DatasetEntry[] {
    const found = cutRecords(text);
    if (found === null) return [];
    const inside = Buffer.from(text.slice(found.start, found.end), 'latin1');
    const bytes =
      found.unit === 'record'
        ? Buffer.concat([HEAD, inside, TAIL])
        : Buffer.concat([IDS_HEAD, inside, IDS_TAIL]);
    return [{ where: this.#where(), content: { type: 'oai-page', bytes: new Uint8Array(bytes) } }];
  }

  #bad(code: `ERR_DATASET_${string}`, reason: string, text: string): DatasetEntry {
    return bad(this.#where(), code, reason, Buffer.from(text.slice(0, KEPT), 'latin1'));
  }

  #where(): string {
    return `${this.#name}#${this.#mark.count}`;
  }
}

/** What surrounds records: tags, and text only where an answer has it. */
function isOnlyTags(text: string): boolean {
  if (/<(?:[\w.-]+:)?(?:record|header)[\s>]/.test(text)) return false;
  const rest = text
    .replace(/\xef\xbb\xbf/g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/>[^<]*<\/(?:[\w.-]+:)?(?:resumptionToken|responseDate|request)\s*>/g, '>')
    .replace(/<[?!/]?[A-Za-z][^<>]*>/g, '');
  return rest.trim() === '';
}

function reasonOf(rest: string): string {
  return /<(?:[\w.-]+:)?(?:record|header|OAI-PMH)[\s>]/.test(rest)
    ? 'An answer of the repository is cut here.'
    : 'This is no part of an OAI-PMH answer.';
}
