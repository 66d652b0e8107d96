import { HASH_VERSION } from '../../model/hash.ts';
import { phase } from '../../model/phase.ts';
import { rehash } from '../../model/row-write.ts';
import type { AuditRun } from '../../model/audit.ts';
import type { Incident } from '../../model/incident.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import type {
  Commit,
  CommitResult,
  DurabilityReport,
  GapUpdate,
  IntegrityFinding,
  Lease,
  Maintained,
  MaintainOptions,
  NewWindow,
  QuarantineEntry,
  SourceState,
} from '../port.ts';
import type { SourceChange } from '../rules/source-rules.ts';
import { putAudit } from './audit-rows.ts';
import { assertRoom } from './assert-room.ts';
import { checkFile } from './check-file.ts';
import { findBatch, writeCommit } from './commit.ts';
import { boundFile, openConnection, readSettings } from './database.ts';
import type { Connection } from './database.ts';
import { compact } from './free-space.ts';
import { putIncidents, putTimelines } from './health-writer.ts';
import { indexChanges } from './index-writer.ts';
import { maintain } from './maintain.ts';
import { migrate } from './migrate.ts';
import { PAPER_ROW, PaperRow } from './record-reader.ts';
import { updateChecked } from './row-check.ts';
import { putSource } from './source-writer.ts';
import { assertSameFile, identityOf, type FileIdentity } from './same-file.ts';
import { isBroken, storeError } from './store-error.ts';
import { transaction } from './transaction.ts';
import type { Phase } from './transaction.ts';
import { settleEntry, TroubleWriter } from './trouble-writer.ts';
import { claimWindow, freeWindows, planWindows, releaseWindow, renewWindow } from './window-writer.ts';

/** What the writer needs to know to open its file. */
export interface WriterOptions {
  readonly file: string;
  /** The day in the name of the copy that is made before an upgrade. */
  readonly today: string;
  /** Budget for the file and its log together. */
  readonly maxBytes?: number;
}

/** What was found and done when the file was opened. */
export interface Opened {
  readonly durability: DurabilityReport;
  /** The copy that was made before the schema was upgraded. */
  readonly copy: string | null;
}

const REHASH_AT_ONCE = 200;
const REHASH = updateChecked('papers', { hash: '?1', hash_version: '?2', fields: '?3' }, 'seq = ?4');
const INDEX_ANEW = updateChecked('counters', { value: '0' }, "name = 'indexed'");

/**
 * The one writing connection of a store, synchronous; it lives in a worker thread. Modes: *open* (a
 * connection whose settings were checked) and *lost* (the last write broke it, or reopening failed). A lost
 * writer opens its file again at the next call, so a store survives a disk that was away.
 */
export class SqliteWriter {
  readonly #options: WriterOptions;
  #connection: Connection | null = null;
  /** The file that the connection writes. */
  #opened: FileIdentity | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Opens, upgrades and re-hashes; everything else may be called afterwards. */
  open(): Opened {
    return this.#guard((connection) => {
      const { file, today, maxBytes = null } = this.#options;
      // An upgrade needs a few pages, also where the budget is used up: a store that cannot be opened helps nobody.
      boundFile(connection, null);
      const copy = migrate(connection, file, today);
      boundFile(connection, maxBytes);
      while (rehashSome(connection) > 0);
      // The owner before is gone, since the lock is ours: nobody waits for its leases to run out.
      transaction(connection, () => freeWindows(connection));
      const settings = readSettings(connection);
      return { durability: { engine: 'sqlite', settings, durable: true }, copy };
    });
  }

  claim(options: { owner: string; window: string; ttlMs: number }, now: number): Lease | null {
    return this.#write((connection) => claimWindow(connection, options, now));
  }

  renew(lease: Lease, until: number): boolean {
    return this.#write((connection) => renewWindow(connection, lease, until));
  }

  release(lease: Lease): void {
    this.#write((connection) => releaseWindow(connection, lease));
  }

  /** When the outcome of the transaction is in doubt, the ledger of a fresh connection decides. */
  commit(commit: Commit): CommitResult {
    let failedAt: Phase | null = null;
    try {
      return this.#writing((connection) => {
        const begun = (): CommitResult => {
          phase('transaction');
          return writeCommit(connection, commit);
        };
        const result = transaction(connection, begun, (where) => (failedAt = where));
        phase('committed');
        return result;
      });
    } catch (error) {
      const committed = failedAt === 'commit' ? this.#lookUp(commit.batchId) : null;
      if (committed) return committed;
      throw error;
    }
  }

  /** A commit whose items come as JSON: between threads that is twice as fast as a structured clone. */
  commitJson(commit: Commit, items: string): CommitResult {
    return this.commit({ ...commit, items: JSON.parse(items) as Commit['items'] });
  }

  putSource(id: string, kind: string, change: SourceChange): SourceState {
    return this.#write((connection) => putSource(connection, id, kind, change));
  }

  plan(windows: readonly NewWindow[]): void {
    this.#write((connection) => planWindows(connection, windows));
  }

  putGaps(source: string, gaps: readonly GapUpdate[], at: number): void {
    this.#write((connection) => new TroubleWriter(connection, source).putGaps(gaps, at));
  }

  closeGaps(source: string, keys: readonly string[]): void {
    this.#write((connection) => new TroubleWriter(connection, source).closeGaps(keys));
  }

  settleQuarantine(number: number, state: QuarantineEntry['state'], note: string | null): boolean {
    return this.#write((connection) => settleEntry(connection, number, state, note));
  }

  putAudit(audit: AuditRun): void {
    this.#write((connection) => putAudit(connection, audit));
  }

  putIncidents(incidents: readonly Incident[]): void {
    this.#write((connection) => putIncidents(connection, incidents));
  }

  putTimelines(days: readonly TimelineDay[]): void {
    this.#write((connection) => putTimelines(connection, days));
  }

  maintain(options: MaintainOptions): Maintained {
    return this.#writing((connection) => maintain(connection, this.#options.file, options));
  }

  compact(): number {
    return this.#guard(compact);
  }

  index(limit: number): number {
    return this.#writing((connection) => indexChanges(connection, limit));
  }

  /** SQLite's own check of the file, over a connection that is opened for it. */
  checkFile(): readonly IntegrityFinding[] {
    return checkFile(this.#options.file);
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  #write<Result>(work: (connection: Connection) => Result): Result {
    return this.#writing((connection) => transaction(connection, () => work(connection)));
  }

  /** Begins nothing for which file and log have no room, and nothing in a file that nobody finds any more. */
  #writing<Result>(work: (connection: Connection) => Result): Result {
    const { file, maxBytes } = this.#options;
    return this.#guard((connection) => {
      if (this.#opened !== null) assertSameFile(file, this.#opened);
      if (maxBytes !== undefined) assertRoom(connection, file, maxBytes);
      return work(connection);
    });
  }

  /** Runs on the open connection and throws it away when it must not be trusted any more. */
  #guard<Result>(work: (connection: Connection) => Result): Result {
    const { file, maxBytes } = this.#options;
    try {
      if (this.#connection === null) {
        this.#connection = openConnection(file, maxBytes === undefined ? {} : { maxBytes });
        this.#opened = identityOf(file);
      }
      return work(this.#connection);
    } catch (error) {
      if (isBroken(error) || this.#connection?.inTransaction) this.#discard();
      throw storeError(error, file);
    }
  }

  #discard(): void {
    try {
      this.#connection?.close();
    } catch {
      // The handle is given up either way; what failed is reported by the caller.
    }
    this.#connection = null;
    this.#opened = null;
  }

  #lookUp(batchId: string): CommitResult | null {
    try {
      return this.#guard((connection) => findBatch(connection, batchId));
    } catch {
      // Still in doubt: the caller gets the first error and replays the batch, which the ledger settles.
      return null;
    }
  }
}

/** Re-hashes rows of an older `HASH_VERSION`; that is no change of any paper. */
function rehashSome(connection: Connection): number {
  const rows = connection.arrays(
    `SELECT ${PAPER_ROW} FROM papers WHERE hash_version < ? ORDER BY seq LIMIT ?`,
    HASH_VERSION,
    REHASH_AT_ONCE,
  );
  return transaction(connection, () => {
    for (const row of rows.map((each) => new PaperRow(each))) {
      const present = rehash(row);
      if (!present) continue;
      connection.run(REHASH, present.hash, present.hashVersion, present.json, row.seq);
    }
    // What is searched was made of the text of before.
    if (rows.length > 0) connection.run(INDEX_ANEW);
    return rows.length;
  });
}
