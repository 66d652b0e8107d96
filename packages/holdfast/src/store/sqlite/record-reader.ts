import type { HistoryEntry } from '../../model/item.ts';
import type { Knowledge, KnownHistory, KnownJournal, KnownRow } from '../../model/knowledge.ts';
import type { PaperFields } from '../../model/paper.ts';
import type { Connection } from './database.ts';
import type { RawRef } from './raw-writer.ts';
import { text } from './rows.ts';

/** A stored row; its fields are parsed only when somebody looks at them. */
export class PaperRow implements KnownRow {
  readonly seq: bigint;
  readonly record: bigint;
  readonly born: bigint;
  readonly version: string | null;
  readonly datestamp: string;
  readonly hash: string;
  readonly hashVersion: number;
  readonly imported: boolean;
  readonly raw: RawRef;
  readonly #json: string;
  #fields: PaperFields | null = null;

  /** @param columns as `PAPER_ROW` lists them. */
  constructor(columns: readonly unknown[]) {
    const [seq, record, born, version, datestamp, hash, hashVersion, imported, page, offset, length, json] =
      columns;
    this.seq = seq as bigint;
    this.record = record as bigint;
    this.born = born as bigint;
    this.version = (version as string) || null;
    this.datestamp = datestamp as string;
    this.hash = hash as string;
    this.hashVersion = Number(hashVersion);
    this.imported = imported === 1n;
    this.raw = [page, offset, length] as RawRef;
    this.#json = json as string;
  }

  get fields(): PaperFields {
    this.#fields ??= JSON.parse(this.#json) as PaperFields;
    return this.#fields;
  }
}

/** What the store knows of a record. */
export interface StoredKnowledge extends Knowledge {
  readonly rows: readonly PaperRow[];
}

/** The columns of a `PaperRow`. */
export const PAPER_ROW =
  'seq, record, born, version, datestamp, hash, hash_version, imported, page, page_offset, page_length, fields';
const ROWS = `SELECT ${PAPER_ROW} FROM papers WHERE source = ? AND id = ?`;
const ASCII = /^[\0-\x7f]*$/;
const HAS_ROWS = 'SELECT 1 FROM papers WHERE source = ? AND id = ? LIMIT 1';
const HISTORY =
  'SELECT datestamp, version, published, withdrawn, entries FROM histories WHERE source = ? AND id = ?';
const JOURNAL = 'SELECT datestamp, journal_ref, url FROM journals WHERE source = ? AND id = ?';

/** Reads what is known of the records of one source; tables that hold nothing of it are not asked each time. */
export class RecordReader {
  readonly #connection: Connection;
  readonly #source: string;
  /** No id of the source that is ASCII is greater; '' for none. */
  #greatest: string;
  #histories: boolean;
  #journals: boolean;

  constructor(connection: Connection, source: string) {
    this.#connection = connection;
    this.#source = source;
    const row = connection.get("SELECT coalesce(max(id), '') AS id FROM papers WHERE source = ?", source);
    this.#greatest = row ? text(row, 'id') : '';
    this.#histories =
      connection.get('SELECT 1 FROM histories WHERE source = ? LIMIT 1', source) !== undefined;
    this.#journals = connection.get('SELECT 1 FROM journals WHERE source = ? LIMIT 1', source) !== undefined;
  }

  know(id: string): StoredKnowledge {
    const rows = this.rows(id);
    return { rows, history: this.#history(id), journal: this.#journal(id) };
  }

  /** Whether nothing is known of a record. Data sets are in the order of their ids, mostly: then nobody is asked. */
  isNew(id: string): boolean {
    const beyond = id > this.#greatest && ASCII.test(id);
    if (!beyond && this.#connection.arrays(HAS_ROWS, this.#source, id).length > 0) return false;
    return this.#history(id) === null && this.#journal(id) === null;
  }

  /** From now on the source has this record. */
  inserted(id: string): void {
    // SQLite orders by bytes; where one of two texts is ASCII that is the order here, and only such are compared.
    if (id > this.#greatest && ASCII.test(id)) this.#greatest = id;
  }

  rows(id: string): readonly PaperRow[] {
    return this.#connection.arrays(ROWS, this.#source, id).map((columns) => new PaperRow(columns));
  }

  /** From now on the source has histories (journal links). */
  learned(what: 'history' | 'journal'): void {
    if (what === 'history') this.#histories = true;
    else this.#journals = true;
  }

  #history(id: string): KnownHistory | null {
    if (!this.#histories) return null;
    const [row] = this.#connection.arrays(HISTORY, this.#source, id);
    if (!row) return null;
    const [datestamp, version, published, withdrawn, entries] = row as [
      string,
      string,
      string | null,
      bigint,
      string,
    ];
    const list = JSON.parse(entries) as HistoryEntry[];
    return { datestamp, version, published, withdrawn: withdrawn === 1n, entries: list };
  }

  #journal(id: string): KnownJournal | null {
    if (!this.#journals) return null;
    const [row] = this.#connection.arrays(JOURNAL, this.#source, id);
    if (!row) return null;
    const [datestamp, journalRef, url] = row as [string, string | null, string];
    return { datestamp, journalRef, url };
  }
}
