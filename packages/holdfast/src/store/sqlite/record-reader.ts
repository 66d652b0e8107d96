import type { HistoryEntry } from '../../model/item.ts';
import type { Knowledge, KnownHistory, KnownJournal, KnownRow } from '../../model/knowledge.ts';
import type { PaperFields } from '../../model/paper.ts';
import type { Connection, Row } from './database.ts';
import { big, number, text, textOrNull } from './rows.ts';
import type { RawRef } from './raw-writer.ts';

/** A stored row; its fields are parsed only when somebody looks at them. */
export class PaperRow implements KnownRow {
  readonly seq: bigint;
  readonly record: bigint;
  readonly born: bigint;
  readonly version: string | null;
  readonly datestamp: string;
  readonly hash: string;
  readonly hashVersion: number;
  readonly latest: boolean;
  readonly raw: RawRef;
  readonly #json: string;
  #fields: PaperFields | null = null;

  constructor(row: Row) {
    this.seq = big(row, 'seq');
    this.record = big(row, 'record');
    this.born = big(row, 'born');
    this.version = text(row, 'version') || null;
    this.datestamp = text(row, 'datestamp');
    this.hash = text(row, 'hash');
    this.hashVersion = number(row, 'hash_version');
    this.latest = number(row, 'latest') === 1;
    this.raw = [row['page'], row['page_offset'], row['page_length']] as unknown as RawRef;
    this.#json = text(row, 'fields');
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

const ROWS = `SELECT seq, record, born, version, datestamp, hash, hash_version, latest, page, page_offset, page_length,
  fields FROM papers WHERE source = ? AND id = ?`;

/** Reads what is known of the records of one source; tables that hold nothing of it are not asked each time. */
export class RecordReader {
  readonly #connection: Connection;
  readonly #source: string;
  #histories: boolean;
  #journals: boolean;

  constructor(connection: Connection, source: string) {
    this.#connection = connection;
    this.#source = source;
    this.#histories =
      connection.get('SELECT 1 FROM histories WHERE source = ? LIMIT 1', source) !== undefined;
    this.#journals = connection.get('SELECT 1 FROM journals WHERE source = ? LIMIT 1', source) !== undefined;
  }

  know(id: string): StoredKnowledge {
    const rows = this.rows(id);
    return { rows, history: this.#history(id), journal: this.#journal(id) };
  }

  rows(id: string): readonly PaperRow[] {
    return this.#connection.allBig(ROWS, this.#source, id).map((row) => new PaperRow(row));
  }

  /** From now on the source has histories (journal links). */
  learned(what: 'history' | 'journal'): void {
    if (what === 'history') this.#histories = true;
    else this.#journals = true;
  }

  #history(id: string): KnownHistory | null {
    if (!this.#histories) return null;
    const row = this.#connection.get('SELECT * FROM histories WHERE source = ? AND id = ?', this.#source, id);
    if (!row) return null;
    return {
      datestamp: text(row, 'datestamp'),
      version: text(row, 'version'),
      published: textOrNull(row, 'published'),
      withdrawn: number(row, 'withdrawn') === 1,
      entries: JSON.parse(text(row, 'entries')) as HistoryEntry[],
    };
  }

  #journal(id: string): KnownJournal | null {
    if (!this.#journals) return null;
    const row = this.#connection.get('SELECT * FROM journals WHERE source = ? AND id = ?', this.#source, id);
    if (!row) return null;
    return {
      datestamp: text(row, 'datestamp'),
      journalRef: textOrNull(row, 'journal_ref'),
      url: text(row, 'url'),
    };
  }
}
