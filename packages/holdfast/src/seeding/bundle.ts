import type { DatasetBatch, DatasetEntry, UnreadLines } from '../datasets/port.ts';
import type { Day } from '../model/day.ts';
import type { Place } from '../model/paper.ts';
import type { Source } from '../sources/port.ts';
import type { Homes, KnownSource } from './homes.ts';
import type { Mapped, Values } from './mapped.ts';
import { Pile } from './pile.ts';
import type { Piece } from './pile.ts';
import { roomFor } from './quick/quick-snapshot.ts';
import type { QuickSnapshot } from './quick/quick-snapshot.ts';
import { readLine } from './read-line.ts';
import { originOf, readPage } from './read-page.ts';

/** Everything of some batches that goes into one commit per source. */
export interface Bundle {
  /** What goes to which source. */
  readonly piles: ReadonlyMap<string, Pile>;
  /** Lines of which nothing tells the source. */
  readonly homeless: Pile;
  readonly sources: ReadonlyMap<string, KnownSource>;
  /** The bytes that the places of its items are places in. */
  readonly raw: readonly Uint8Array[];
  readonly rawBytes: number;
  readonly entries: number;
  readonly position: string;
  readonly bytesRead: number;
  readonly count: number;
}

/** What turning entries into items needs. */
export interface BundleParts {
  readonly homes: Homes;
  readonly today: Day;
  readonly connector: (source: KnownSource) => Source;
  /** Reads the lines that most files are made of. */
  readonly quick: QuickSnapshot;
  /** Of piles that are stored. */
  readonly memory: Buffer[];
}

const NEWLINE = 10;
const ARXIV = { kind: 'arxiv' } as const;

/** Collects batches of a data set until they are worth a commit. */
export class BundleMaker {
  readonly #parts: BundleParts;
  readonly #piles = new Map<string, Pile>();
  readonly #homeless = new Pile();
  readonly #sources = new Map<string, KnownSource>();
  /** Where lines of arXiv's snapshot go; null until the first one came. */
  #quickPile: Pile | null = null;
  readonly #spare = new Pile();
  readonly #raw: Uint8Array[] = [];
  #rawBytes = 0;
  #entries: number;
  #count = 0;
  #last: Pick<DatasetBatch, 'position' | 'bytesRead'> | null = null;

  /** @param entries how many entries of the data set are stored already */
  constructor(parts: BundleParts, entries: number) {
    this.#parts = parts;
    this.#entries = entries;
  }

  get count(): number {
    return this.#count;
  }

  get rawBytes(): number {
    return this.#rawBytes;
  }

  add({ entries, raw, lines, position, bytesRead }: DatasetBatch): void {
    const base = this.#rawBytes;
    if (raw) this.#keep(raw);
    if (raw && lines) this.#addLines(raw, lines, base);
    for (const entry of entries) {
      this.#add(entry, raw, base);
      this.#entries += 1;
    }
    this.#last = { position, bytesRead };
  }

  /** What was collected; null when there was nothing. */
  finish(): Bundle | null {
    if (!this.#last) return null;
    return {
      piles: this.#piles,
      homeless: this.#homeless,
      sources: this.#sources,
      raw: this.#raw,
      rawBytes: this.#rawBytes,
      entries: this.#entries,
      count: this.#count,
      ...this.#last,
    };
  }

  #addLines(raw: Uint8Array, { ends, entry }: UnreadLines, base: number): void {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    let from = 0;
    for (const [index, end] of ends.entries()) {
      const to = bytes[end - 1] === NEWLINE ? end - 1 : end;
      const place = { offset: base + from, length: end - from };
      if (to === from || !this.#addQuick(bytes, from, to, place)) {
        const read = entry(index);
        if (read !== null) {
          this.#add(read, raw, base);
          this.#entries += 1;
        }
      } else this.#entries += 1;
      from = end;
    }
  }

  /** Whether the line was one of the common shape of arXiv's snapshot, and taken. */
  #addQuick(bytes: Buffer, from: number, to: number, place: Place): boolean {
    const length = to - from;
    // Lines that begin otherwise are of another form.
    if (bytes[from] !== 0x7b) return false;
    const pile = this.#quickPile;
    const { bytes: out, at } = (pile ?? this.#spare).packer.room(roomFor(length));
    const paper = this.#parts.quick.read(bytes, from, to, out, at);
    if (paper === null) return false;
    if (pile === null) {
      const source = this.#parts.homes.find(ARXIV);
      if (source === null) return false;
      this.#quickPile = this.#pileOf(source);
      return this.#addQuick(bytes, from, to, place);
    }
    const { id, version, datestamp } = paper;
    const head = { id, version, datestamp, deleted: false, imported: true, place, unknown: 'withdrawn' };
    pile.packer.close(head, paper.length);
    pile.packed(this.#entries);
    this.#count += 1;
    return true;
  }

  #add({ content, place }: DatasetEntry, raw: Uint8Array | undefined, base: number): void {
    switch (content.type) {
      case 'fields': {
        const own = raw && place ? within(place, raw, base) : this.#write(content.values);
        return this.#addLine(readLine(content.values, this.#parts.today), own);
      }
      case 'oai-page':
        return this.#addPage(content.bytes);
      case 'id': {
        const reason = 'A bare identifier brings no record: a harvest or an audit takes it.';
        const own = this.#keep(new TextEncoder().encode(`${content.id}\n`));
        return this.#addLine(
          { type: 'refused', home: null, id: content.id, code: 'ERR_IMPORT_ID', reason },
          own,
        );
      }
      case 'bad': {
        const { code, reason, bytes } = content;
        const bad = { id: null, datestamp: null, code, reason, bytes, place: null };
        return this.#push(null, { bad, refused: false });
      }
    }
  }

  #addLine(mapped: Mapped, place: Place): void {
    const source = mapped.home === null ? null : this.#parts.homes.find(mapped.home);
    if (mapped.type === 'paper' && source !== null) {
      const { item, repaired } = mapped;
      return this.#push(source, { item: { ...item, place }, repaired });
    }
    const why =
      mapped.type === 'refused'
        ? mapped
        : {
            id: mapped.item.id,
            code: 'ERR_IMPORT_SOURCE',
            reason: 'It belongs to no source that is known, or to another one than the one that was named.',
          };
    const bad = {
      id: why.id,
      datestamp: null,
      code: why.code,
      reason: why.reason,
      bytes: this.#at(place),
      place,
    };
    this.#push(source, { bad, refused: true });
  }

  #addPage(bytes: Uint8Array): void {
    const { kind, baseUrl } = originOf(bytes);
    const source = this.#parts.homes.find({ kind }, baseUrl);
    if (source === null) {
      const reason = 'Nothing tells which source the page is of.';
      const bad = { id: null, datestamp: null, code: 'ERR_IMPORT_SOURCE', reason, bytes, place: null };
      return this.#push(null, { bad, refused: true });
    }
    const { items, bad } = readPage(bytes, this.#parts.connector(source));
    const base = this.#keep(bytes).offset;
    const shifted = (place: Place | null): Place | null => place && { ...place, offset: base + place.offset };
    for (const item of items) {
      this.#push(source, { item: { ...item, place: shifted(item.place) }, repaired: false });
    }
    for (const each of bad)
      this.#push(source, { bad: { ...each, place: shifted(each.place) }, refused: false });
  }

  #push(source: KnownSource | null, piece: Piece): void {
    this.#count += 1;
    (source === null ? this.#homeless : this.#pileOf(source)).add(this.#entries, piece);
  }

  #pileOf(source: KnownSource): Pile {
    const known = this.#piles.get(source.id);
    if (known) return known;
    const pile = new Pile(this.#parts.memory.pop());
    this.#piles.set(source.id, pile);
    this.#sources.set(source.id, source);
    return pile;
  }

  #write(values: Values): Place {
    return this.#keep(new TextEncoder().encode(`${JSON.stringify(values)}\n`));
  }

  #keep(bytes: Uint8Array): Place {
    const offset = this.#rawBytes;
    this.#raw.push(bytes);
    this.#rawBytes += bytes.byteLength;
    return { offset, length: bytes.byteLength };
  }

  /** A copy of bytes that were kept. */
  #at({ offset, length }: Place): Uint8Array {
    let start = 0;
    for (const bytes of this.#raw) {
      if (offset < start + bytes.byteLength) return bytes.slice(offset - start, offset - start + length);
      start += bytes.byteLength;
    }
    return new Uint8Array();
  }
}

/** The last line of a file may lack its end. */
function within({ offset, length }: Place, raw: Uint8Array, base: number): Place {
  return { offset: base + offset, length: Math.min(length, raw.byteLength - offset) };
}
