import { access } from 'node:fs/promises';
import type { AuditRun } from '../../model/audit.ts';
import type { Day } from '../../model/day.ts';
import type { Gap } from '../../model/gap.ts';
import type { HistoryEntry } from '../../model/item.ts';
import type { Incident, IncidentTotal } from '../../model/incident.ts';
import { compareVersions } from '../../model/knowledge.ts';
import type { Change, StoredPaper } from '../../model/paper.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import { isSideStream } from '../../model/window.ts';
import type { Window } from '../../model/window.ts';
import type {
  DayCount,
  DiskSample,
  ExportQuery,
  HeldRecord,
  IncidentQuery,
  IntegrityFinding,
  PageEvidence,
  QuarantineEntry,
  RecordRows,
  Related,
  SearchHit,
  SourceState,
  SpotCheck,
  SpotPlace,
  StampedQuery,
  StoreIdentity,
  StoreMoment,
  StoreReader,
  StoreStats,
} from '../port.ts';
import { isDoi } from '../rules/same-identifier.ts';
import { openConnection } from './database.ts';
import type { Connection } from './database.ts';
import { exportPapers } from './export-papers.ts';
import { readAudits } from './audit-rows.ts';
import { findHeld, readEvidence, readHeld, readIdentity } from './proof-reader.ts';
import { readLastChanges } from './last-changes.ts';
import { readRelated } from './link-reader.ts';
import { readIncidents, readSamples, readTimelines, readTotals } from './health-reader.ts';
import { unpack } from './packing.ts';
import {
  bytes,
  number,
  PAPER_COLUMNS,
  text,
  toChange,
  toEntry,
  toGap,
  toPaper,
  toSource,
  toWindow,
} from './rows.ts';
import { countDays } from './count-days.ts';
import { readStamped, readUnnumbered } from './stamped.ts';
import { readStats } from './read-stats.ts';
import { searchPapers } from './search-papers.ts';
import { storeError } from './store-error.ts';
import { checkFile } from './check-file.ts';
import { spotCheck } from './spot-check.ts';
import { verifyStore } from './verify-store.ts';

/** What the reader needs besides its connection. */
export interface ReaderParts {
  readonly file: string;
  readonly connection: Connection;
  /** Runs SQLite's own check elsewhere, where it holds up nobody. */
  readonly check?: () => Promise<readonly IntegrityFinding[]>;
}

/** Reads a store over a read-only connection of its own; no statement stays open while the caller works. */
export class SqliteReader implements StoreReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  async sources(): Promise<readonly SourceState[]> {
    return this.#read((db) => db.all('SELECT * FROM sources ORDER BY id').map(toSource));
  }

  async windows(source: string, { side = false } = {}): Promise<readonly Window[]> {
    const sql = 'SELECT * FROM windows WHERE source = ? ORDER BY key';
    const all = this.#read((db) => db.all(sql, source).map(toWindow));
    return all.filter(({ stream }) => isSideStream(stream) === side);
  }

  async identity(): Promise<StoreIdentity> {
    return this.#read(readIdentity);
  }

  async held(
    source: string,
    options: { readonly after: string; readonly limit: number },
  ): Promise<readonly HeldRecord[]> {
    return this.#read((db) => readHeld(db, source, options));
  }

  async lastChanges(
    source: string,
    options: { readonly after: string; readonly limit: number },
  ): Promise<readonly RecordRows[]> {
    return this.#read((db) => readLastChanges(db, source, options));
  }

  async moment<Result>(work: (moment: StoreMoment) => Promise<Result>): Promise<Result> {
    const { file } = this.#parts;
    const connection = openConnection(file, { readOnly: true });
    try {
      // The first read settles the moment; the end of the connection ends it.
      connection.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
      return await work(new SqliteReader({ file, connection }));
    } catch (error) {
      throw storeError(error, file);
    } finally {
      connection.close();
    }
  }

  async find(source: string, ids: readonly string[]): Promise<readonly HeldRecord[]> {
    return this.#read((db) => findHeld(db, source, ids));
  }

  async stamped(source: string, query: StampedQuery): Promise<readonly (readonly StoredPaper[])[]> {
    return this.#read((db) => readStamped(db, source, query));
  }

  async unnumbered(
    source: string,
    range: { readonly from: Day; readonly to: Day },
    limit: number,
  ): Promise<readonly string[]> {
    return this.#read((db) => readUnnumbered(db, source, range, limit));
  }

  async countByDay(
    source: string,
    range: { readonly from: Day; readonly to: Day },
  ): Promise<readonly DayCount[]> {
    return this.#read((db) => countDays(db, source, range));
  }

  async evidence(source: string): Promise<ReadonlyMap<string, readonly PageEvidence[]>> {
    return this.#read((db) => readEvidence(db, source));
  }

  async audits(source?: string): Promise<readonly AuditRun[]> {
    return this.#read((db) => readAudits(db, source ?? null));
  }

  async related(source: string, id: string): Promise<Related> {
    return this.#read((db) => readRelated(db, source, id));
  }

  async history(source: string, id: string): Promise<readonly HistoryEntry[]> {
    const row = this.#read((db) =>
      db.get('SELECT entries FROM histories WHERE source = ? AND id = ?', source, id),
    );
    return row === undefined ? [] : (JSON.parse(text(row, 'entries')) as readonly HistoryEntry[]);
  }

  async gaps(source?: string): Promise<readonly Gap[]> {
    const sql = 'SELECT * FROM gaps WHERE ? IS NULL OR source = ? ORDER BY source, key';
    return this.#read((db) => db.all(sql, source ?? null, source ?? null).map(toGap));
  }

  async quarantine({
    source = null,
    state = null,
  }: { source?: string | null; state?: QuarantineEntry['state'] | null } = {}): Promise<
    readonly QuarantineEntry[]
  > {
    const sql = `SELECT * FROM quarantine WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR state = ?2) ORDER BY number`;
    return this.#read((db) =>
      db.all(sql, source, state).map((row) => toEntry(row, unpack(bytes(row, 'zstd')))),
    );
  }

  async stats(): Promise<StoreStats> {
    return this.#read((db) => readStats(db, this.#parts.file));
  }

  async show(id: string, source?: string): Promise<readonly StoredPaper[]> {
    const where = isDoi(id) ? 'p.id = ?1 COLLATE NOCASE' : 'p.id = ?1';
    const names = source === undefined ? await this.#sourceNames() : [source];
    const sql = `SELECT ${PAPER_COLUMNS}, p.latest FROM papers p WHERE p.source = ?2 AND ${where}`;
    return this.#read((db) => {
      const rows = names.flatMap((name) =>
        db.allBig(sql, id, name).map((row) => ({ latest: row['latest'] === 1n, paper: toPaper(row) })),
      );
      return rows.sort(newestFirst).map(({ paper }) => paper);
    });
  }

  export(query: ExportQuery): AsyncIterable<StoredPaper> {
    return exportPapers(
      (work) => this.#read(work),
      query,
      () => this.#turn(),
    );
  }

  async search(
    query: string,
    options: { source?: string; category?: string; limit?: number } = {},
  ): Promise<readonly SearchHit[]> {
    return this.#read((db) => searchPapers(db, query, options));
  }

  async incidents(query: IncidentQuery = {}): Promise<readonly Incident[]> {
    return this.#read((db) => readIncidents(db, query));
  }

  async incidentTotals(from: Day): Promise<readonly IncidentTotal[]> {
    return this.#read((db) => readTotals(db, from));
  }

  async timelines(from: Day): Promise<readonly TimelineDay[]> {
    return this.#read((db) => readTimelines(db, from));
  }

  async diskSamples(): Promise<readonly DiskSample[]> {
    return this.#read(readSamples);
  }

  async changes(afterSeq: bigint, limit: number): Promise<readonly Change[]> {
    const sql = 'SELECT * FROM changes WHERE seq > ? ORDER BY seq LIMIT ?';
    return this.#read((db) => db.allBig(sql, afterSeq, limit).map(toChange));
  }

  async raw(source: string, id: string, version: string | null): Promise<Uint8Array | null> {
    const sql = `SELECT r.zstd, p.page_offset, p.page_length FROM papers p JOIN raw_pages r ON r.number = p.page
      WHERE p.source = ? AND p.id = ? AND p.version = ?`;
    return this.#read((db) => {
      const row = db.get(sql, source, id, version ?? '');
      if (!row) return null;
      const start = number(row, 'page_offset');
      return unpack(bytes(row, 'zstd')).slice(start, start + number(row, 'page_length'));
    });
  }

  /** Over a connection of its own, so that what is in the file is read and not what is remembered of it. */
  async *verify(): AsyncIterable<IntegrityFinding> {
    const { check, file } = this.#parts;
    yield* check ? await check() : checkFile(file);
    let connection: Connection;
    try {
      connection = openConnection(file, { readOnly: true });
    } catch (error) {
      yield { what: 'file', key: file, problem: `it cannot be opened: ${String((error as Error).message)}` };
      return;
    }
    const reader = new SqliteReader({ file, connection });
    try {
      yield* verifyStore({ read: (work) => reader.#read(work), turn: () => this.#turn() });
    } finally {
      connection.close();
    }
  }

  /** Over a connection of its own, as `verify`. */
  async spotCheck(place: SpotPlace | null, rows: number): Promise<SpotCheck> {
    const { file } = this.#parts;
    const connection = openConnection(file, { readOnly: true });
    try {
      return new SqliteReader({ file, connection }).#read((db) => spotCheck(db, place, rows));
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    this.#parts.connection.close();
  }

  async #sourceNames(): Promise<readonly string[]> {
    return this.#read((db) =>
      db.all('SELECT source FROM tallies ORDER BY source').map((row) => text(row, 'source')),
    );
  }

  /** Lets other work run between the pages of a long read: any answer of the system takes a turn of the event loop. */
  async #turn(): Promise<void> {
    await access(this.#parts.file);
  }

  #read<Result>(work: (connection: Connection) => Result): Result {
    try {
      return work(this.#parts.connection);
    } catch (error) {
      throw storeError(error, this.#parts.file);
    }
  }
}

interface Shown {
  readonly latest: boolean;
  readonly paper: StoredPaper;
}

function newestFirst(a: Shown, b: Shown): number {
  if (a.paper.source !== b.paper.source) return a.paper.source < b.paper.source ? -1 : 1;
  if (a.latest !== b.latest) return a.latest ? -1 : 1;
  return compareVersions(b.paper.fields.version ?? '', a.paper.fields.version ?? '');
}
