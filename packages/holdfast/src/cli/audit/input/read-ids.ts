import type { Dataset, DatasetEntry } from '../../../datasets/port.ts';
import { XmlError } from '../../../xml/index.ts';
import type { FoundId, IdKind, Recognised } from './found-id.ts';
import { findColumns, idInRow, type Columns } from './columns.ts';
import { IdSet, type FrozenIds } from './id-set.ts';
import { oaiHeaders } from './oai-headers.ts';
import { periodOf, widen, type Period } from './period.ts';
import { recognise } from './recognise.ts';

/** Something of a data set that could not be taken for a record, and how often. */
export interface Trouble {
  readonly count: number;
  /** The first few, as a person finds them. */
  readonly examples: readonly string[];
}

/** The identifiers of one kind. */
export interface IdsOfKind {
  readonly kind: IdKind;
  readonly ids: FrozenIds;
  /** Entries that named one. */
  readonly rows: number;
  readonly repaired: number;
  /** Of the ids by their month, or of the records by their datestamp. */
  readonly period: Period | null;
  /** The first of them, to tell by which source they are known. */
  readonly sample: readonly string[];
}

/** What was read of a data set. */
export interface ReadIds {
  readonly rows: number;
  readonly columns: Columns | null;
  readonly kinds: readonly IdsOfKind[];
  /** Identifiers that a number destroyed. */
  readonly damaged: Trouble;
  /** Entries without an identifier. */
  readonly without: Trouble;
  /** Bytes that are no entries. */
  readonly bad: Trouble;
}

const EXAMPLES = 5;
const SAMPLE = 200;

/** What is known of the identifiers before any is read. */
export interface NamesOf {
  /** Of the source that a person named; null: their form tells. */
  readonly kind: IdKind | null;
  /** A line of a list is an identifier whatever its form. */
  readonly anyText: boolean;
}

/** Reads all identifiers; memory grows by eight bytes for each. */
export async function readIds(
  dataset: Dataset,
  names: NamesOf,
  signal: AbortSignal,
  onProgress: (bytesRead: number) => void,
): Promise<ReadIds> {
  const reading = new Reading(names);
  for await (const { entries, bytesRead } of dataset.batches({ after: null, signal })) {
    reading.take(entries);
    onProgress(bytesRead);
  }
  return reading.result();
}

interface Gathered {
  readonly ids: IdSet;
  readonly sample: string[];
  rows: number;
  repaired: number;
  period: Period | null;
}

class Reading {
  readonly #kind: IdKind | null;
  readonly #anyText: boolean;
  readonly #kinds = new Map<IdKind, Gathered>();
  readonly #damaged = new Troubles();
  readonly #without = new Troubles();
  readonly #bad = new Troubles();
  #columns: Columns | null = null;
  #rows = 0;

  constructor({ kind, anyText }: NamesOf) {
    this.#kind = kind;
    this.#anyText = anyText;
  }

  take(entries: readonly DatasetEntry[]): void {
    if (this.#columns === null || this.#columns.ids.length === 0) this.#chooseColumns(entries);
    for (const entry of entries) this.#entry(entry);
  }

  result(): ReadIds {
    const kinds = [...this.#kinds].map(([kind, { ids, ...rest }]) => ({ kind, ids: ids.freeze(), ...rest }));
    return {
      rows: this.#rows,
      columns: this.#columns,
      kinds: kinds.sort((a, b) => b.rows - a.rows),
      damaged: this.#damaged.told(),
      without: this.#without.told(),
      bad: this.#bad.told(),
    };
  }

  #chooseColumns(entries: readonly DatasetEntry[]): void {
    const rows = entries.flatMap(({ content }) => (content.type === 'fields' ? [content.values] : []));
    if (rows.length > 0) this.#columns = findColumns(rows, this.#kind);
  }

  #entry({ where, content }: DatasetEntry): void {
    switch (content.type) {
      case 'bad':
        this.#bad.add(`${where}: ${content.reason}`);
        return;
      case 'oai-page':
        this.#page(where, content.bytes);
        return;
      case 'id':
        this.#rows += 1;
        this.#found(
          where,
          recognise(content.id, this.#kind) ?? (this.#anyText ? recognise(content.id, 'oai-pmh') : null),
        );
        return;
      case 'fields':
        this.#rows += 1;
        this.#found(
          where,
          this.#columns === null ? null : idInRow(content.values, this.#columns, this.#kind),
        );
    }
  }

  #page(where: string, bytes: Uint8Array): void {
    try {
      const { headers, bad } = oaiHeaders(bytes);
      for (const { identifier, datestamp } of headers) {
        this.#rows += 1;
        const found = recognise(identifier, this.#kind);
        this.#found(where, found?.type === 'id' ? { ...found, id: { ...found.id, datestamp } } : found);
      }
      if (bad > 0) this.#bad.add(`${where}: ${bad} records are damaged.`);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.#bad.add(`${where}: ${error.message}`);
    }
  }

  #found(where: string, found: Recognised): void {
    if (found === null) this.#without.add(where);
    else if (found.type === 'damaged') this.#damaged.add(`${found.written} (${where})`);
    else this.#add(found.id);
  }

  #add(found: FoundId): void {
    const { kind, id, version, repaired } = found;
    let gathered = this.#kinds.get(kind);
    if (gathered === undefined) {
      gathered = { ids: new IdSet(), sample: [], rows: 0, repaired: 0, period: null };
      this.#kinds.set(kind, gathered);
    }
    gathered.ids.add(id, version);
    gathered.rows += 1;
    if (gathered.sample.length < SAMPLE) gathered.sample.push(id);
    if (repaired) gathered.repaired += 1;
    gathered.period = widen(gathered.period, periodOf(kind, id, found.datestamp));
  }
}

class Troubles {
  #count = 0;
  readonly #examples: string[] = [];

  add(example: string): void {
    this.#count += 1;
    if (this.#examples.length < EXAMPLES) this.#examples.push(example);
  }

  told(): Trouble {
    return { count: this.#count, examples: this.#examples };
  }
}
