import type { AuditRun } from '../../model/audit.ts';
import type { Day } from '../../model/day.ts';
import type { Gap } from '../../model/gap.ts';
import type { HistoryEntry } from '../../model/item.ts';
import type { Incident, IncidentTotal } from '../../model/incident.ts';
import { linkKeys } from '../../identity/link-keys.ts';
import { compareVersions, latestOf, newestStamp } from '../../model/knowledge.ts';
import type { Change, StoredPaper } from '../../model/paper.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import { isSideStream } from '../../model/window.ts';
import type { Window } from '../../model/window.ts';
import { hasCategory, matchesQuery } from '../../query/match-query.ts';
import { parseQuery } from '../../query/parse-query.ts';
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
import { relate } from '../rules/related-rules.ts';
import type { Linked } from '../rules/related-rules.ts';
import { sameIdentifier } from '../rules/same-identifier.ts';
import { paperProblem } from '../rules/verify-rules.ts';
import { windowCounts } from '../rules/window-rules.ts';
import type { Health } from './health.ts';
import { byBytes, lastChangesOf } from './last-changes.ts';
import type { Ledger } from './ledger.ts';
import type { Leases } from './leases.ts';
import type { MemoryRow, Records } from './records.ts';
import type { Troubles } from './troubles.ts';

/** What a memory store keeps, shared between its reading and its writing half. */
export interface MemoryParts {
  readonly records: Records;
  readonly troubles: Troubles;
  readonly leases: Leases;
  readonly health: Health;
  readonly sources: ReadonlyMap<string, SourceState>;
  readonly indexed: { seq: bigint };
  readonly audits: Map<string, AuditRun>;
  readonly epoch: string;
  readonly ledger: Ledger;
}

const SNIPPET_LENGTH = 200;

/** The reading half of a memory store. */
export class MemoryReader implements StoreReader {
  readonly #parts: MemoryParts;

  constructor(parts: MemoryParts) {
    this.#parts = parts;
  }

  async sources(): Promise<readonly SourceState[]> {
    return [...this.#parts.sources.values()];
  }

  async windows(source: string, { side = false } = {}): Promise<readonly Window[]> {
    const all = this.#parts.leases.all().filter((window) => window.source === source);
    return all.filter(({ stream }) => isSideStream(stream) === side);
  }

  async identity(): Promise<StoreIdentity> {
    const { records, epoch, ledger } = this.#parts;
    return { epoch, lastSeq: BigInt(records.changes.length), ...ledger.head };
  }

  async held(
    source: string,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<readonly HeldRecord[]> {
    const rows = this.#latest(source).filter(({ fields }) => byBytes(fields.id, after) > 0);
    return rows
      .sort((a, b) => byBytes(a.fields.id, b.fields.id))
      .slice(0, limit)
      .map(toHeld);
  }

  async lastChanges(
    source: string,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<readonly RecordRows[]> {
    return lastChangesOf(this.#parts.records, source, after, limit);
  }

  /** Records and feed stand still; everything else of a simulation does so by itself. */
  async moment<Result>(work: (moment: StoreMoment) => Promise<Result>): Promise<Result> {
    return work(new MemoryReader({ ...this.#parts, records: this.#parts.records.copy() }));
  }

  async find(source: string, ids: readonly string[]): Promise<readonly HeldRecord[]> {
    const wanted = new Set(ids);
    return this.#latest(source)
      .filter(({ fields }) => wanted.has(fields.id))
      .map(toHeld);
  }

  async stamped(
    source: string,
    { from, to, after, limit }: StampedQuery,
  ): Promise<readonly (readonly StoredPaper[])[]> {
    const { records } = this.#parts;
    const isBehind = ({ datestamp, fields: { id } }: MemoryRow): boolean =>
      after === null || datestamp > after.datestamp || (datestamp === after.datestamp && id > after.id);
    const wanted = this.#latest(source)
      .filter((row) => row.datestamp >= from && (to === null || row.datestamp < to) && isBehind(row))
      .sort((a, b) =>
        a.datestamp === b.datestamp
          ? a.fields.id < b.fields.id
            ? -1
            : 1
          : a.datestamp < b.datestamp
            ? -1
            : 1,
      )
      .slice(0, limit);
    return wanted.map((latest) => {
      const others = records.know(source, latest.fields.id).rows.filter((row) => row !== latest);
      return [latest, ...others.sort((a, b) => Number(b.seq - a.seq))].map(toPaper);
    });
  }

  async unnumbered(
    source: string,
    { from, to }: { readonly from: Day; readonly to: Day },
    limit: number,
  ): Promise<readonly string[]> {
    const rows = this.#latest(source).filter(
      ({ fields, datestamp }) =>
        fields.version === null && !fields.deleted && datestamp >= from && datestamp < to,
    );
    return rows.slice(0, limit).map(({ fields }) => fields.id);
  }

  async countByDay(
    source: string,
    { from, to }: { readonly from: Day; readonly to: Day },
  ): Promise<readonly DayCount[]> {
    const rows = this.#parts.records
      .rows()
      .filter((row) => row.source === source && row.datestamp >= from && row.datestamp < to);
    const days = [...Map.groupBy(rows, ({ datestamp }) => datestamp.slice(0, 10))];
    return days
      .map(([day, of]) => ({
        day,
        rows: of.length,
        first: of.filter(({ version }) => version === '1').length,
      }))
      .sort((a, b) => (a.day < b.day ? -1 : 1));
  }

  async evidence(source: string): Promise<ReadonlyMap<string, readonly PageEvidence[]>> {
    return this.#parts.leases.evidence(source);
  }

  async audits(source?: string): Promise<readonly AuditRun[]> {
    const all = [...this.#parts.audits.values()];
    return all
      .filter((audit) => source === undefined || audit.source === source)
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
  }

  async related(source: string, id: string): Promise<Related> {
    const rows = this.#parts.records.rows().filter((row) => this.#parts.records.isLatest(row));
    const keys = new Map(rows.map((row) => [linked(row).key, linkKeys(row.fields)]));
    const start = rows.find((row) => row.source === source && row.fields.id === id);
    if (start === undefined) return { exact: [], candidates: [] };
    return relate(
      {
        keysOf: ({ key }) => keys.get(key) ?? [],
        recordsOf: (key, limit) =>
          rows
            .map(linked)
            .filter((record) => keys.get(record.key)?.includes(key))
            .slice(0, limit),
      },
      linked(start),
    );
  }

  async history(source: string, id: string): Promise<readonly HistoryEntry[]> {
    return this.#parts.records.know(source, id).history?.entries ?? [];
  }

  #latest(source: string): MemoryRow[] {
    const { records } = this.#parts;
    return records.rows().filter((row) => row.source === source && records.isLatest(row));
  }

  async gaps(source?: string): Promise<readonly Gap[]> {
    return this.#parts.troubles.gaps(source);
  }

  async quarantine(
    options: { source?: string; state?: QuarantineEntry['state'] } = {},
  ): Promise<readonly QuarantineEntry[]> {
    return this.#parts.troubles
      .entries()
      .filter(({ source }) => options.source === undefined || source === options.source)
      .filter(({ state }) => options.state === undefined || state === options.state);
  }

  async stats(): Promise<StoreStats> {
    const { records, troubles, leases, indexed } = this.#parts;
    const windows = leases.all().filter(({ stream }) => !isSideStream(stream));
    const gaps = troubles.gaps();
    const open = gaps.filter(({ state }) => state === 'open');
    const bySource = new Map(records.bySource());
    const names = new Set([
      ...this.#parts.sources.keys(),
      ...bySource.keys(),
      ...windows.map((each) => each.source),
      ...gaps.map((each) => each.source),
    ]);
    const perSource = [...names].sort().map((source) => ({
      source,
      records: bySource.get(source)?.length ?? 0,
      newestDatestamp: newestStamp((bySource.get(source) ?? []).flat()),
      gapsOpen: open.filter((gap) => gap.source === source).length,
      windows: windowCounts(windows.filter((window) => window.source === source)),
    }));
    return {
      records: perSource.reduce((sum, each) => sum + each.records, 0),
      quarantined: troubles.entries().filter(({ state }) => state === 'open').length,
      gapsOpen: open.length,
      gapsConfirmedAbsent: gaps.length - open.length,
      bytes: 0,
      walBytes: 0,
      freeBytes: 0,
      schemaVersion: 0,
      lastSeq: BigInt(records.changes.length),
      indexedSeq: indexed.seq,
      perSource,
    };
  }

  async show(id: string, source?: string): Promise<readonly StoredPaper[]> {
    const rows = this.#parts.records.rows().filter((row) => sameIdentifier(row.fields.id, id));
    const wanted = rows.filter((row) => source === undefined || row.source === source);
    return wanted.sort((a, b) => newestFirst(this.#parts.records, a, b)).map(toPaper);
  }

  async *export(query: ExportQuery): AsyncIterable<StoredPaper> {
    const { records } = this.#parts;
    const parsed = query.query === undefined ? null : parseQuery(query.query);
    for (const row of records.rows().filter((each) => query.allVersions === true || records.isLatest(each))) {
      if (query.source !== undefined && row.source !== query.source) continue;
      if (query.sinceSeq !== undefined && row.seq <= query.sinceSeq) continue;
      const latest = latestOf(records.know(row.source, row.fields.id).rows) ?? row;
      if (query.ids && !query.ids.has(row.fields.id)) continue;
      if (query.category !== undefined && !hasCategory(row.fields, query.category)) continue;
      if (parsed && (latest.fields.deleted || !matchesQuery(parsed, latest.fields))) continue;
      yield toPaper(row);
    }
  }

  async search(
    query: string,
    options: { source?: string; category?: string; limit?: number } = {},
  ): Promise<readonly SearchHit[]> {
    const { records, indexed } = this.#parts;
    const parsed = parseQuery(query);
    const hits = records.rows().filter((row) => {
      if (row.seq > indexed.seq || row.fields.deleted || !records.isLatest(row)) return false;
      if (options.source !== undefined && row.source !== options.source) return false;
      if (options.category !== undefined && !hasCategory(row.fields, options.category)) return false;
      return matchesQuery(parsed, row.fields);
    });
    return hits.slice(0, options.limit ?? 20).map((row) => ({
      paper: toPaper(row),
      snippet: (row.fields.abstract ?? row.fields.title ?? '').slice(0, SNIPPET_LENGTH),
    }));
  }

  async incidents(query: IncidentQuery = {}): Promise<readonly Incident[]> {
    return this.#parts.health.incidents(query);
  }

  async incidentTotals(from: Day): Promise<readonly IncidentTotal[]> {
    return this.#parts.health.totals(from);
  }

  async timelines(from: Day): Promise<readonly TimelineDay[]> {
    return this.#parts.health.timelines(from);
  }

  async diskSamples(): Promise<readonly DiskSample[]> {
    return this.#parts.health.samples();
  }

  async changes(afterSeq: bigint, limit: number): Promise<readonly Change[]> {
    const start = Number(afterSeq < 0n ? 0n : afterSeq);
    return this.#parts.records.changes.slice(start, start + limit);
  }

  async raw(source: string, id: string, version: string | null): Promise<Uint8Array | null> {
    const raw = this.#parts.records.know(source, id).rows.find((row) => row.version === version)?.raw;
    return raw ? raw.page.bytes.slice(raw.offset, raw.offset + raw.length) : null;
  }

  async *verify(): AsyncIterable<IntegrityFinding> {
    for (const row of this.#parts.records.rows()) {
      const finding = paperProblem(row);
      if (finding) yield finding;
    }
  }

  async spotCheck(place: SpotPlace | null, rows: number): Promise<SpotCheck> {
    const all = [...this.#parts.records.rows()];
    const from = Number(place?.after[0] ?? 0);
    const findings = all.slice(from, from + rows).flatMap((row) => paperProblem(row) ?? []);
    const next = from + rows < all.length ? { part: 0, after: [from + rows] } : null;
    return { findings, next };
  }

  /** The simple matcher needs no index; only the position moves. */
  async index(limit: number): Promise<number> {
    const { records, indexed } = this.#parts;
    const last = records.changes.length;
    indexed.seq = BigInt(Math.min(last, Number(indexed.seq) + limit));
    return last - Number(indexed.seq);
  }

  async close(): Promise<void> {}
}

function linked({ source, fields: { id } }: MemoryRow): Linked {
  return { key: JSON.stringify([source, id]), source, id };
}

function toPaper({ seq, source, datestamp, fields, hash, hashVersion }: MemoryRow): StoredPaper {
  return { seq, source, datestamp, fields, hash, hashVersion };
}

function toHeld({ fields, datestamp, hash, hashVersion }: MemoryRow): HeldRecord {
  const { id, version, deleted } = fields;
  return { id, version, datestamp, deleted, hash, hashVersion };
}

function newestFirst(records: Records, a: MemoryRow, b: MemoryRow): number {
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  if (records.isLatest(a) !== records.isLatest(b)) return records.isLatest(a) ? -1 : 1;
  return compareVersions(b.version ?? '', a.version ?? '');
}
