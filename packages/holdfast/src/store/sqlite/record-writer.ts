import { crc32 } from 'node:zlib';
import { apply } from '../../model/apply.ts';
import { feedLine } from '../../model/feed-line.ts';
import { HASH_VERSION } from '../../model/hash.ts';
import { latestOf } from '../../model/knowledge.ts';
import type { Item } from '../../model/item.ts';
import type { KnownHistory, KnownJournal, Outcome, RowWrite } from '../../model/knowledge.ts';
import type { Change } from '../../model/paper.ts';
import { itemOf } from '../packed-items.ts';
import type { PackedPaper } from '../packed-items.ts';
import type { Connection } from './database.ts';
import { assignChecked, insertChecked, insertReckoned, rowCheck, updateChecked } from './row-check.ts';
import { NO_RAW } from './raw-writer.ts';
import type { RawRef, RawWriter } from './raw-writer.ts';
import { RecordReader } from './record-reader.ts';
import type { PaperRow, StoredKnowledge } from './record-reader.ts';

const INSERT_CHANGE = `INSERT INTO changes (seq, kind, source, id, version, hash, hash_version, datestamp, at, crc)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
/** The changes of papers that were all added one after the other, with their checks as a list. */
const INSERT_CHANGES = `INSERT INTO changes (seq, kind, source, id, version, hash, hash_version, datestamp, at, crc)
  SELECT p.seq, 'new', p.source, p.id, nullif(p.version, ''), p.hash, p.hash_version, p.datestamp, ?1, j.value
  FROM json_each(?2) j CROSS JOIN papers p ON p.seq = ?3 + j.key`;
const INSERT_PAPER = insertChecked('papers');
const INSERT_PACKED = insertReckoned('papers');
const STAMP_PAPER = updateChecked('papers', { datestamp: '?1', imported: '?2' }, 'seq = ?3');
const OUTDATE_OTHERS = updateChecked(
  'papers',
  { latest: '0' },
  'source = ?1 AND id = ?2 AND latest = 1 AND seq <> ?3',
);
const MARK_LATEST = updateChecked('papers', { latest: '1' }, 'seq = ?1 AND latest = 0');
const OUTDATE_PAPER = updateChecked('papers', { latest: '0' }, 'source = ?1 AND id = ?2 AND latest = 1');
const INSERT_HISTORY = insertChecked('histories', 'INSERT OR REPLACE');
const INSERT_JOURNAL = insertChecked('journals', 'INSERT OR REPLACE');
const ADD_TALLY = `${insertChecked('tallies')} ON CONFLICT (source) DO UPDATE SET ${assignChecked('tallies', {
  records: 'tallies.records + ?2',
  newest: 'max(coalesce(tallies.newest, ?3), coalesce(?3, tallies.newest))',
})}`;

/** A row as far as it decides which of them is the latest. */
type RankedRow = Pick<PaperRow, 'seq' | 'version' | 'datestamp' | 'imported'>;

/** Writes the records of one commit. */
export class RecordWriter {
  readonly #connection: Connection;
  readonly #source: string;
  readonly #raw: RawWriter;
  readonly #at: number;
  readonly #reader: RecordReader;
  readonly #changes: string[] = [];
  readonly #firstSeq: bigint;
  /** The checks of changes that were told and not written yet: those of the last papers, which were all new. */
  #waiting: number[] = [];
  #records = 0;
  #newest: string | null = null;

  /** @param moment the wall time of the commit (ms), and the last `seq` before it. */
  constructor(
    connection: Connection,
    source: string,
    raw: RawWriter,
    moment: { readonly at: number; readonly firstSeq: bigint },
  ) {
    this.#connection = connection;
    this.#source = source;
    this.#raw = raw;
    this.#at = moment.at;
    this.#firstSeq = moment.firstSeq;
    this.#reader = new RecordReader(connection, source);
  }

  /** The lines of the feed that were written. */
  get changes(): readonly string[] {
    return this.#changes;
  }

  /** Applies one item; the outcome tells what was written, `known` what was there before. */
  apply(item: Item): { readonly outcome: Outcome; readonly known: StoredKnowledge } {
    this.#writeWaiting();
    const known = this.#reader.know(item.id);
    const outcome = apply(known, item);
    if (outcome.restamp) this.#restamp(item.id, known, outcome.restamp);
    if (outcome.put) this.#put(known, outcome.put, item);
    if (outcome.history) this.#writeHistory(item, outcome.history);
    if (outcome.journal) this.#writeJournal(item, outcome.journal);
    return { outcome, known };
  }

  /** Applies a packed paper; of a record of which nothing is known nothing of it need be parsed. */
  applyPacked(paper: PackedPaper): Outcome['result'] {
    if (!this.#reader.isNew(paper.id)) return this.apply(itemOf(paper)).outcome.result;
    const { id, version, hash, json, datestamp, deleted, imported } = paper;
    const [source, at] = [this.#source, this.#at];
    const change = { source, id, version, hash, hashVersion: HASH_VERSION, datestamp, at };
    if (deleted) this.#writeWaiting();
    const seq = deleted
      ? this.#writeChange({ kind: 'deleted', ...change })
      : this.#tellChange({ kind: 'new', ...change });
    const raw = this.#raw.keepFor(paper.place);
    // prettier-ignore
    const row = [seq, seq, seq, source, id, version ?? '', 1, datestamp, hash, HASH_VERSION, imported ? 1 : 0, ...raw];
    this.#connection.run(INSERT_PACKED, ...row, json, rowCheck(row));
    this.#reader.inserted(id);
    this.#records += 1;
    this.#stamped(datestamp);
    return 'inserted';
  }

  /** The rows of a record as they stand. */
  rows(id: string): readonly PaperRow[] {
    return this.#reader.rows(id);
  }

  /** Adds what this commit brought to the counts of the source. */
  finish(): void {
    this.#writeWaiting();
    if (this.#records === 0 && this.#newest === null) return;
    this.#connection.run(ADD_TALLY, this.#source, this.#records, this.#newest);
  }

  #restamp(
    id: string,
    { rows }: StoredKnowledge,
    { row, datestamp, imported }: NonNullable<Outcome['restamp']>,
  ): void {
    const { seq, version } = row as PaperRow;
    this.#connection.run(STAMP_PAPER, datestamp, imported ? 1 : 0, seq);
    this.#stamped(datestamp);
    // A newer stamp, or the mark of the harvest, may put it before the others.
    const stamped = { seq, version, datestamp, imported };
    if (rows.length > 1)
      this.#markLatest(
        id,
        rows.map((each) => (each === row ? stamped : each)),
      );
  }

  #markLatest(id: string, rows: readonly RankedRow[]): void {
    const latest = latestOf(rows);
    if (!latest) return;
    this.#connection.run(OUTDATE_OTHERS, this.#source, id, latest.seq);
    this.#connection.run(MARK_LATEST, latest.seq);
  }

  #put(known: StoredKnowledge, put: RowWrite, item: Item): void {
    const { fields, hash, hashVersion, datestamp } = put;
    const { id, version } = fields;
    const over = put.over as PaperRow | null;
    const [source, at] = [this.#source, this.#at];
    const seq = this.#writeChange({
      kind: put.change,
      source,
      id,
      version,
      hash,
      hashVersion,
      datestamp,
      at,
    });
    for (const gone of [over, put.absorbs as PaperRow | null]) {
      if (gone) this.#connection.run('DELETE FROM papers WHERE seq = ?', gone.seq);
    }
    const others = known.rows.filter((row) => row !== over && row !== put.absorbs);
    if (put.latest && others.length > 0) this.#connection.run(OUTDATE_PAPER, source, id);
    // The row that went may have been the latest. The one that comes is not, and yet says which of the others is: a row
    // without a version is measured by the greatest one.
    if (!put.latest) this.#markLatest(id, [...others, { seq, version, datestamp, imported: put.imported }]);
    const record = known.rows[0]?.record ?? seq;
    const raw: RawRef =
      put.raw === 'item' ? this.#raw.keepFor(item.place) : ((put.from as PaperRow | null)?.raw ?? NO_RAW);
    // prettier-ignore
    this.#connection.run(INSERT_PAPER, seq, record, over?.born ?? seq, source, id, version ?? '', put.latest ? 1 : 0,
      datestamp, hash, hashVersion, put.imported ? 1 : 0, ...raw, put.json);
    this.#reader.inserted(id);
    if (put.raw === 'kept') this.#raw.keep();
    if (known.rows.length === 0) this.#records += 1;
    this.#stamped(datestamp);
  }

  /** Tells a change that is written later, with those around it, from the row of its paper. */
  #tellChange(change: Omit<Change, 'seq'>): bigint {
    const seq = this.#firstSeq + BigInt(this.#changes.length + 1);
    const line = feedLine({ seq, ...change });
    this.#changes.push(line);
    this.#waiting.push(crc32(line) | 0);
    return seq;
  }

  #writeWaiting(): void {
    if (this.#waiting.length === 0) return;
    const first = this.#firstSeq + BigInt(this.#changes.length - this.#waiting.length + 1);
    this.#connection.run(INSERT_CHANGES, this.#at, JSON.stringify(this.#waiting), first);
    this.#waiting = [];
  }

  /** The feed has no holes: its next number is one more than the last. */
  #writeChange(change: Omit<Change, 'seq'>): bigint {
    const { kind, source, id, version, hash, hashVersion, datestamp, at } = change;
    const seq = this.#firstSeq + BigInt(this.#changes.length + 1);
    const line = feedLine({ seq, ...change });
    this.#changes.push(line);
    // prettier-ignore
    this.#connection.run(INSERT_CHANGE, seq, kind, source, id, version, hash, hashVersion, datestamp, at, crc32(line) | 0);
    return seq;
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
