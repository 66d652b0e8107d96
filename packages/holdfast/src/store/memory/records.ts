import type { Item } from '../../model/item.ts';
import { apply } from '../../model/apply.ts';
import { latestOf } from '../../model/knowledge.ts';
import type {
  Knowledge,
  KnownHistory,
  KnownJournal,
  KnownRow,
  Outcome,
  RowWrite,
} from '../../model/knowledge.ts';
import type { Change, StoredPaper } from '../../model/paper.ts';
import type { RawPage } from '../port.ts';

/** The bytes of a record within its page. */
interface RawPlace {
  readonly page: RawPage;
  readonly offset: number;
  readonly length: number;
}

/** A row in memory: what the store answers, and where its bytes are. */
export interface MemoryRow extends KnownRow, StoredPaper {
  readonly raw: RawPlace | null;
}

interface MemoryRecord extends Knowledge {
  readonly rows: readonly MemoryRow[];
  readonly history: KnownHistory | null;
  readonly journal: KnownJournal | null;
}

const EMPTY: MemoryRecord = { rows: [], history: null, journal: null };

/** The records, their versions and the change feed of a memory store. */
export class Records {
  readonly changes: Change[] = [];
  readonly #sources = new Map<string, Map<string, MemoryRecord>>();
  /** Rows in `seq` order: a row that changes moves to the end. */
  readonly #rows = new Map<bigint, MemoryRow>();

  /** What is known of a record. */
  know(source: string, id: string): MemoryRecord {
    return this.#sources.get(source)?.get(id) ?? EMPTY;
  }

  /** All rows in `seq` order, as they stand now. */
  rows(): readonly MemoryRow[] {
    return [...this.#rows.values()];
  }

  /** Whether a row is the latest one of its record. */
  isLatest(row: MemoryRow): boolean {
    return latestOf(this.know(row.source, row.fields.id).rows) === row;
  }

  /** Every source that has records, and those records' rows. */
  *bySource(): Iterable<readonly [string, readonly (readonly MemoryRow[])[]]> {
    for (const [source, records] of this.#sources) {
      yield [source, [...records.values()].map(({ rows }) => rows).filter((rows) => rows.length > 0)];
    }
  }

  /** The records as they stand now; rows are never changed in place. */
  copy(): Records {
    const copy = new Records();
    for (const change of this.changes) copy.changes.push(change);
    for (const [source, records] of this.#sources) copy.#sources.set(source, new Map(records));
    for (const [seq, row] of this.#rows) copy.#rows.set(seq, row);
    return copy;
  }

  /** Applies one item; `at` is the wall time of the commit in ms. */
  apply(source: string, item: Item, page: RawPage | null, at: number): Outcome {
    const known = this.know(source, item.id);
    const outcome = apply(known, item);
    const { put, restamp, history, journal } = outcome;
    if (!put && !restamp && !history && !journal) return outcome;
    let rows = known.rows;
    if (restamp) rows = this.#restamp(rows, restamp);
    if (put) rows = this.#put(source, rows, put, item, page, at);
    this.#records(source).set(item.id, {
      rows,
      history: history ?? known.history,
      journal: journal ?? known.journal,
    });
    return outcome;
  }

  /** A loss, as tests plant it: the rows of these records are gone, and nothing tells of it. */
  lose(source: string, ids: ReadonlySet<string>): void {
    const records = this.#records(source);
    for (const id of ids) {
      const record = records.get(id);
      for (const row of record?.rows ?? []) this.#rows.delete(row.seq);
      if (record) records.set(id, { ...record, rows: [] });
    }
  }

  /** Forgets the bytes of up to `limit` pages that were fetched before `before`, the oldest first; returns how many. */
  dropRaw(before: number, limit: number): number {
    const pages = new Set(
      this.rows().flatMap(({ raw }) => (raw && raw.page.fetchedAt < before ? [raw.page] : [])),
    );
    const dropped = new Set([...pages].sort((a, b) => a.fetchedAt - b.fetchedAt).slice(0, limit));
    for (const records of this.#sources.values()) {
      for (const [id, record] of records) {
        const rows = record.rows.map((row) =>
          row.raw && dropped.has(row.raw.page) ? { ...row, raw: null } : row,
        );
        for (const row of rows) this.#rows.set(row.seq, row);
        records.set(id, { ...record, rows });
      }
    }
    return dropped.size;
  }

  #records(source: string): Map<string, MemoryRecord> {
    const known = this.#sources.get(source);
    if (known) return known;
    const created = new Map<string, MemoryRecord>();
    this.#sources.set(source, created);
    return created;
  }

  #restamp(
    rows: readonly MemoryRow[],
    { row: target, datestamp, imported }: NonNullable<Outcome['restamp']>,
  ): readonly MemoryRow[] {
    return rows.map((row) => {
      if (row !== target) return row;
      const stamped = { ...row, datestamp, imported };
      this.#rows.set(row.seq, stamped);
      return stamped;
    });
  }

  #put(
    source: string,
    rows: readonly MemoryRow[],
    put: RowWrite,
    item: Item,
    page: RawPage | null,
    at: number,
  ): readonly MemoryRow[] {
    const seq = BigInt(this.changes.length + 1);
    const { fields, hash, hashVersion, datestamp, imported } = put;
    const { id, version } = fields;
    const kept = rows.find((row) => row === put.from)?.raw ?? null;
    const raw = put.raw === 'kept' ? kept : item.place && page ? { page, ...item.place } : null;
    const row: MemoryRow = { seq, source, version, fields, hash, hashVersion, datestamp, imported, raw };
    this.changes.push({ seq, kind: put.change, source, id, version, hash, hashVersion, datestamp, at });
    for (const gone of rows) if (gone === put.over || gone === put.absorbs) this.#rows.delete(gone.seq);
    this.#rows.set(seq, row);
    return [...rows.filter((other) => other !== put.over && other !== put.absorbs), row];
  }
}
