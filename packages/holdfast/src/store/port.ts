import type { BadItem, HistoryEntry, Item } from '../model/item.ts';
import type { Change, StoredPaper } from '../model/paper.ts';
import type { AuditRun } from '../model/audit.ts';
import type { Day } from '../model/day.ts';
import type { Gap } from '../model/gap.ts';
import type { Incident, IncidentTotal } from '../model/incident.ts';
import type { TimelineDay } from '../model/timeline.ts';
import type { Lane, Window, WindowState } from '../model/window.ts';
import type { DayCount, HeldRecord, PageEvidence, RecordRows, Related, StampedQuery } from './held.ts';

export type * from './held.ts';

/** The right to write one window; `fence` rises with every claim, so that a stale owner is recognised. */
export interface Lease {
  readonly window: Window;
  readonly owner: string;
  readonly fence: bigint;
}

/** What a store keeps of a page. */
export interface PackedPage {
  readonly sha256: string;
  /** Of the page. */
  readonly size: number;
  readonly zstd: Uint8Array;
}

/** A decoded page as it came; kept compressed and deduplicated by hash when a record of it is new. */
export interface RawPage {
  readonly bytes: Uint8Array;
  /** The same, ready for keeping: made ahead where most pages bring news. */
  readonly packed?: PackedPage;
  readonly url: string;
  readonly contentType: string;
  /** Wall ms. */
  readonly fetchedAt: number;
}

/** The new place of a window. Keys left out stay as they are. */
export interface WindowUpdate {
  readonly cursor: string;
  readonly state?: WindowState;
  readonly look?: number;
  readonly lane?: Lane;
  readonly nextAt?: number | null;
  readonly attempts?: number;
  readonly reason?: string;
  readonly serverDate?: string | null;
  readonly lookedAt?: number | null;
  readonly records?: number;
  readonly pages?: number;
}

/** A window to be created; when the key exists already, nothing happens. */
export type NewWindow = Omit<Window, 'key'>;

/** What a source remembers between runs, apart from its windows. */
export interface SourceState {
  readonly id: string;
  readonly kind: string;
  /** First day of its harvest; resolved once, only ever moved to an earlier day. */
  readonly from: string | null;
  /** Server date (ISO) up to which the source is known to be harvested; from answers, never from our clock. */
  readonly watermark: string | null;
  /** Everything else that ingest remembers, as JSON. */
  readonly memory: Readonly<Record<string, unknown>>;
  /** What `status` shows when no engine answers. */
  readonly state: string;
  readonly reason: string;
  readonly nextAttemptAt: number | null;
  readonly attempt: number;
  readonly lastSuccessAt: number | null;
  readonly failures: number;
  readonly retries: number;
}

/** A gap to be opened or changed, by its key; the store knows since when it is known. */
export type GapUpdate = Omit<Gap, 'source' | 'since'>;

/**
 * One transaction: in this order the fence and the previous cursor are checked, then the raw page, records,
 * papers, quarantine and gaps are written, then change rows, then the ledger row with `batchId`.
 */
export interface Commit {
  readonly lease: Lease;
  /** Unique per batch; a replay with the same id after an unknown outcome changes nothing. */
  readonly batchId: string;
  /** The cursor text that must stand in the window, else the commit fails with `ERR_STORE_FENCED`. */
  readonly prev: string;
  readonly next: WindowUpdate;
  readonly page: RawPage | null;
  readonly items: readonly Item[];
  /** Further items, as the bytes of `packItems`: whoever prepares commits ahead has them ready for the writer. */
  readonly packed?: Uint8Array;
  readonly bad: readonly BadItem[];
  /** Gaps to open or update (by key). A paper or tombstone that arrives closes its record's gap by itself. */
  readonly gaps?: readonly GapUpdate[];
  readonly closeGaps?: readonly string[];
  /** Windows to create in the same transaction (a split, days that leave the tail). */
  readonly spawn?: readonly NewWindow[];
  /** Deletes this window (it was split, or its days moved into `spawn`). */
  readonly drop?: boolean;
  readonly source?: Partial<Omit<SourceState, 'id' | 'kind'>>;
  /** A record that is new here may have been here before and been lost: it is looked up in the feed, and counted once. */
  readonly mayReturn?: boolean;
  /** Wall ms. */
  readonly at: number;
}

/** What a commit did, counted in records. */
export interface CommitResult {
  readonly inserted: number;
  /** Content changed. */
  readonly updated: number;
  /** Only the datestamp moved. */
  readonly restamped: number;
  readonly unchanged: number;
  readonly quarantined: number;
  /** Listed by a second look, but absent or older here: a gap was opened for each. */
  readonly missing: number;
  /** The batch had been committed before (a replay). */
  readonly replayed: boolean;
}

/** How safe the store says it is; values read back, not values set. */
export interface DurabilityReport {
  readonly engine: string;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly durable: boolean;
}

/** What could not be parsed: its own copy of the bytes and why. */
export interface QuarantineEntry {
  readonly number: number;
  readonly source: string;
  readonly id: string | null;
  readonly datestamp: string | null;
  readonly code: string;
  readonly reason: string;
  readonly since: number;
  readonly attempts: number;
  readonly state: 'open' | 'redriven' | 'acknowledged';
  readonly note: string | null;
  readonly bytes: Uint8Array;
  readonly url: string;
  readonly contentType: string;
}

/** Which papers an export holds; keys left out do not narrow it. */
export interface ExportQuery {
  readonly source?: string;
  /** Exact category, without case. */
  readonly category?: string;
  readonly sinceSeq?: bigint;
  /** Full-text query, as for `search`. */
  readonly query?: string;
  readonly allVersions?: boolean;
  /** Only these records. */
  readonly ids?: ReadonlySet<string>;
}

/** A paper that a search found, and the words around the finding as plain text. */
export interface SearchHit {
  readonly paper: StoredPaper;
  readonly snippet: string;
}

/** Counts of the store; sizes in bytes. `records` counts records, whatever their versions. */
export interface StoreStats {
  readonly records: number;
  readonly quarantined: number;
  readonly gapsOpen: number;
  readonly gapsConfirmedAbsent: number;
  readonly bytes: number;
  readonly walBytes: number;
  /** Space inside the file that is free for reuse; part of `bytes`. */
  readonly freeBytes: number;
  readonly schemaVersion: number;
  readonly lastSeq: bigint;
  readonly indexedSeq: bigint;
  readonly perSource: readonly {
    readonly source: string;
    readonly records: number;
    readonly newestDatestamp: string | null;
    readonly gapsOpen: number;
    readonly windows: {
      readonly open: number;
      readonly sealed: number;
      readonly verified: number;
      readonly gap: number;
    };
  }[];
}

/** Which incidents are wanted; keys left out do not narrow it. */
export interface IncidentQuery {
  /** Only those that last still (true) or are over (false). */
  readonly open?: boolean;
  /** Only those that were not over before this instant, wall ms. */
  readonly since?: number;
  readonly source?: string;
  /** At most so many, the newest. */
  readonly limit?: number;
}

/** How large the store was at the end of a day, file and log together. */
export interface DiskSample {
  readonly day: Day;
  readonly bytes: number;
}

/** What one step of upkeep may do. */
export interface MaintainOptions {
  /** Wall ms. */
  readonly now: number;
  /** Raw pages that were fetched longer ago may go, ms; null = all are kept. Quarantine has its own copies. */
  readonly keepRawMs: number | null;
  /** At most so many raw pages are dropped in this step. */
  readonly limit: number;
}

/** What one step of upkeep did. */
export interface Maintained {
  readonly rawPagesDropped: number;
  readonly incidentsRolledUp: number;
  readonly timelinesRolledUp: number;
  /** Batches of the ledger that became part of a segment. */
  readonly batchesRolledUp: number;
  /** Bytes that the file gave back to the disk. */
  readonly bytesFreed: number;
  readonly walBytes: number;
  /** Another step would find something to do at once. */
  readonly more: boolean;
}

/** Who this store is, and how far its feed and its chain of commits reach. */
export interface StoreIdentity {
  /** Renewed when a copy is restored: `seq` numbers may then mean something else than before. */
  readonly epoch: string;
  readonly lastSeq: bigint;
  /** The last commit of the chain and its hash (hex); '' before the first. */
  readonly batch: bigint;
  readonly chain: string;
}

/** A finding of `verify`. */
export interface IntegrityFinding {
  readonly what:
    | 'paper'
    | 'raw-page'
    | 'window'
    | 'change'
    | 'commit'
    | 'source'
    | 'gap'
    | 'quarantine'
    | 'index'
    | 'file';
  readonly key: string;
  readonly problem: string;
}

/** Where a check that goes on for ever stands; only the store that gave it understands it. */
export interface SpotPlace {
  readonly part: number;
  /** The key of the last row that was checked; none: from the beginning of the part. */
  readonly after: readonly unknown[];
}

/** What a small part of the check found, and where it goes on; null = it has been round once. */
export interface SpotCheck {
  readonly findings: readonly IntegrityFinding[];
  readonly next: SpotPlace | null;
}

/** What a store held at one moment; it can be read while an engine writes on. */
export type StoreMoment = Omit<StoreReader, 'verify' | 'spotCheck' | 'close' | 'moment'>;

/** Reads; they may lag behind the writer and never block it. */
export interface StoreReader {
  sources(): Promise<readonly SourceState[]>;
  /** Its harvest's windows; `side` true: those of audits and imports instead. */
  windows(source: string, options?: { readonly side?: boolean }): Promise<readonly Window[]>;
  identity(): Promise<StoreIdentity>;
  /** The latest rows of a source's records in the order of their ids' bytes in UTF-8, after one of them. */
  held(
    source: string,
    options: { readonly after: string; readonly limit: number },
  ): Promise<readonly HeldRecord[]>;
  /** Whole records in the order of their ids' bytes in UTF-8, after one of them; at least one unless there is none. */
  lastChanges(
    source: string,
    options: { readonly after: string; readonly limit: number },
  ): Promise<readonly RecordRows[]>;
  /** All reads of `work` see the records and the feed of one moment. For work of minutes: the log cannot shrink meanwhile. */
  moment<Result>(work: (moment: StoreMoment) => Promise<Result>): Promise<Result>;
  /** Those of these ids that are here; in any order. */
  find(source: string, ids: readonly string[]): Promise<readonly HeldRecord[]>;
  /** All versions of each record, latest first, in the order of (datestamp of the latest, id). */
  stamped(source: string, query: StampedQuery): Promise<readonly (readonly StoredPaper[])[]>;
  /** Records stamped in a half-open range whose latest row has no version and is not deleted; at most `limit`, in any order. */
  unnumbered(
    source: string,
    range: { readonly from: Day; readonly to: Day },
    limit: number,
  ): Promise<readonly string[]>;
  /** How many rows a source has by the day of their stamps, in a half-open range; days without any are left out. */
  countByDay(source: string, range: { readonly from: Day; readonly to: Day }): Promise<readonly DayCount[]>;
  /** The last pages that each window of a source received, at most four, by its key. */
  evidence(source: string): Promise<ReadonlyMap<string, readonly PageEvidence[]>>;
  /** Newest first; at most the last 100 of each source are kept. */
  audits(source?: string): Promise<readonly AuditRun[]>;
  related(source: string, id: string): Promise<Related>;
  /** The versions that the source itself lists of a record, in its order; empty when it told none. */
  history(source: string, id: string): Promise<readonly HistoryEntry[]>;
  gaps(source?: string): Promise<readonly Gap[]>;
  quarantine(options?: {
    source?: string;
    state?: QuarantineEntry['state'];
  }): Promise<readonly QuarantineEntry[]>;
  stats(): Promise<StoreStats>;
  /** All versions of one record, newest first; empty when unknown. `source` narrows. */
  show(id: string, source?: string): Promise<readonly StoredPaper[]>;
  /** Papers in `seq` order, read page by page by key: no statement stays open while the caller works. */
  export(query: ExportQuery): AsyncIterable<StoredPaper>;
  search(
    query: string,
    options?: { source?: string; category?: string; limit?: number },
  ): Promise<readonly SearchHit[]>;
  /** Newest first, by `startedAt`. */
  incidents(query?: IncidentQuery): Promise<readonly Incident[]>;
  /** Incidents that were rolled up, from this day on, by day and cause. */
  incidentTotals(from: Day): Promise<readonly IncidentTotal[]>;
  /** By source and day, from this day on. */
  timelines(from: Day): Promise<readonly TimelineDay[]>;
  /** By day, oldest first, at most the last 400. */
  diskSamples(): Promise<readonly DiskSample[]>;
  changes(afterSeq: bigint, limit: number): Promise<readonly Change[]>;
  /** The raw bytes of a stored record as the upstream gave it, null when its page is no longer kept. */
  raw(source: string, id: string, version: string | null): Promise<Uint8Array | null>;
  verify(): AsyncIterable<IntegrityFinding>;
  /**
   * Checks about `rows` rows from a place on (null: from the beginning), and each time the newest commits. A few
   * milliseconds: for an engine that looks a little at a time.
   */
  spotCheck(place: SpotPlace | null, rows: number): Promise<SpotCheck>;
  close(): Promise<void>;
}

/**
 * The store: one writing engine at a time. Every method that writes is durable when it resolves.
 *
 * Errors: `ERR_STORE_FENCED` (authority lost: stop), `ERR_STORE_LOCKED` (another engine owns it),
 * `ERR_STORE_FULL`, `ERR_STORE_BUSY`, `ERR_STORE_READONLY`, `ERR_STORE_IO` (verdict `local`: wait, reopen, go on),
 * `ERR_STORE_NEWER` (written by a newer version), `ERR_STORE_UNSAFE` (SQLite too old, network file system).
 */
export interface Store extends StoreReader {
  readonly kind: 'sqlite' | 'memory' | 'postgres';
  readonly durability: DurabilityReport;
  /** Takes one window's lease; null when it does not exist or another owner's lease is alive. */
  claim(options: { owner: string; window: string; ttlMs: number }): Promise<Lease | null>;
  /** False: authority lost, stop. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
  commit(commit: Commit): Promise<CommitResult>;
  /** Creates the source's row when it is new; otherwise merges the given keys. */
  putSource(
    id: string,
    kind: string,
    change: Partial<Omit<SourceState, 'id' | 'kind'>>,
  ): Promise<SourceState>;
  /** Creates windows that do not exist yet. */
  plan(windows: readonly NewWindow[]): Promise<void>;
  /** Opens or updates gaps outside of a commit (a repair's answer). */
  putGaps(source: string, gaps: readonly GapUpdate[], at: number): Promise<void>;
  closeGaps(source: string, keys: readonly string[]): Promise<void>;
  /** Marks a quarantine entry; `redriven` is set by the commit that stored its record. */
  settleQuarantine(
    number: number,
    state: 'acknowledged' | 'redriven' | 'open',
    note: string | null,
  ): Promise<boolean>;
  /** Creates an audit or replaces the one with the same id. */
  putAudit(audit: AuditRun): Promise<void>;
  /** Creates incidents or replaces those with the same id. */
  putIncidents(incidents: readonly Incident[]): Promise<void>;
  /** Creates days or replaces them. */
  putTimelines(days: readonly TimelineDay[]): Promise<void>;
  /**
   * One bounded step of upkeep, so that nothing grows for ever: incidents that have been over for 30 days become totals
   * of their day and cause (totals are kept for 400 days); timelines older than 30 days become hours and are dropped
   * after 400; batches of the ledger older than 30 days become segments of a day; raw pages beyond their retention are dropped; free space beyond a tenth of the file goes back to the disk;
   * a large log is written back into the file. Notes today's size of the store.
   */
  maintain(options: MaintainOptions): Promise<Maintained>;
  /** Indexes up to `limit` changes for search in a transaction of its own; returns how many are left. */
  index(limit: number): Promise<number>;
  close(): Promise<void>;
}
