import { apply } from '../../model/apply.ts';
import type { Item } from '../../model/item.ts';
import type { KnownHistory, KnownJournal, Outcome, RowWrite } from '../../model/knowledge.ts';
import type { Connection } from './database.ts';
import { NO_RAW } from './raw-writer.ts';
import type { RawRef, RawWriter } from './raw-writer.ts';
import { RecordReader } from './record-reader.ts';
import type { PaperRow, StoredKnowledge } from './record-reader.ts';

const INSERT_CHANGE = `INSERT INTO changes (kind, source, id, version, hash, hash_version, datestamp, at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_PAPER = `INSERT INTO papers (seq, record, born, source, id, version, latest, datestamp, hash, hash_version,
  page, page_offset, page_length, fields, imported) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_HISTORY = `INSERT OR REPLACE INTO histories (source, id, datestamp, version, published, withdrawn, entries,
  page, page_offset, page_length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_JOURNAL = `INSERT OR REPLACE INTO journals (source, id, datestamp, journal_ref, url, page, page_offset,
  page_length) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes the records of one commit. */
export class RecordWriter {
  readonly #connection: Connection;
  readonly #source: string;
  readonly #raw: RawWriter;
  readonly #at: number;
  readonly #reader: RecordReader;
  #records = 0;
  #newest: string | null = null;

  constructor(connection: Connection, source: string, raw: RawWriter, at: number) {
    this.#connection = connection;
    this.#source = source;
    this.#raw = raw;
    this.#at = at;
    this.#reader = new RecordReader(connection, source);
  }

  /** Applies one item; the outcome tells what was written, `known` what was there before. */
  apply(item: Item): { readonly outcome: Outcome; readonly known: StoredKnowledge } {
    const known = this.#reader.know(item.id);
    const outcome = apply(known, item);
    if (outcome.restamp) this.#restamp(outcome.restamp);
    if (outcome.put) this.#put(known, outcome.put, item);
    if (outcome.history) this.#writeHistory(item, outcome.history);
    if (outcome.journal) this.#writeJournal(item, outcome.journal);
    return { outcome, known };
  }

  /** The rows of a record as they stand. */
  rows(id: string): readonly PaperRow[] {
    return this.#reader.rows(id);
  }

  /** Adds what this commit brought to the counts of the source. */
  finish(): void {
    if (this.#records === 0 && this.#newest === null) return;
    this.#connection.run(
      `INSERT INTO tallies (source, records, newest) VALUES (?, ?, ?) ON CONFLICT (source) DO UPDATE SET
         records = records + excluded.records,
         newest = max(coalesce(newest, excluded.newest), coalesce(excluded.newest, newest))`,
      this.#source,
      this.#records,
      this.#newest,
    );
  }

  #restamp({ row, datestamp, imported }: NonNullable<Outcome['restamp']>): void {
    const sql = 'UPDATE papers SET datestamp = ?, imported = ? WHERE seq = ?';
    this.#connection.run(sql, datestamp, imported ? 1 : 0, (row as PaperRow).seq);
    this.#stamped(datestamp);
  }

  #put(known: StoredKnowledge, put: RowWrite, item: Item): void {
    const { fields, hash, hashVersion, datestamp } = put;
    const { id, version } = fields;
    const over = put.over as PaperRow | null;
    // prettier-ignore
    const seq = this.#connection.insert(INSERT_CHANGE, put.change, this.#source, id, version, hash, hashVersion,
      datestamp, this.#at);
    for (const gone of [over, put.absorbs as PaperRow | null]) {
      if (gone) this.#connection.run('DELETE FROM papers WHERE seq = ?', gone.seq);
    }
    if (put.latest && known.rows.some((row) => row !== over && row !== put.absorbs)) {
      this.#connection.run(
        'UPDATE papers SET latest = 0 WHERE source = ? AND id = ? AND latest = 1',
        this.#source,
        id,
      );
    }
    const record = known.rows[0]?.record ?? seq;
    const raw: RawRef =
      put.raw === 'item' ? this.#raw.keepFor(item.place) : ((put.from as PaperRow | null)?.raw ?? NO_RAW);
    // prettier-ignore
    this.#connection.run(INSERT_PAPER, seq, record, over?.born ?? seq, this.#source, id, version ?? '', put.latest ? 1 : 0,
      datestamp, hash, hashVersion, ...raw, put.json, put.imported ? 1 : 0);
    if (put.raw === 'kept') this.#raw.keep();
    if (known.rows.length === 0) this.#records += 1;
    this.#stamped(datestamp);
  }

  #writeHistory(
    { id, place }: Item,
    { datestamp, version, published, withdrawn, entries }: KnownHistory,
  ): void {
    this.#reader.learned('history');
    const raw = this.#raw.keepFor(place);
    // prettier-ignore
    this.#connection.run(INSERT_HISTORY, this.#source, id, datestamp, version, published, withdrawn ? 1 : 0,
      JSON.stringify(entries), ...raw);
  }

  #writeJournal({ id, place }: Item, { datestamp, journalRef, url }: KnownJournal): void {
    this.#reader.learned('journal');
    const raw = this.#raw.keepFor(place);
    this.#connection.run(INSERT_JOURNAL, this.#source, id, datestamp, journalRef, url, ...raw);
  }

  #stamped(datestamp: string): void {
    if (this.#newest === null || datestamp > this.#newest) this.#newest = datestamp;
  }
}
