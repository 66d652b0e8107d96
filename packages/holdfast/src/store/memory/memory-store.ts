import type { Clock } from '@holdfast/resilience/clock';
import type { Item } from '../../model/item.ts';
import type { Incident } from '../../model/incident.ts';
import { newestStamp } from '../../model/knowledge.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import type { AuditRun } from '../../model/audit.ts';
import { dayOf, startOf } from '../../model/day.ts';
import type {
  Commit,
  CommitResult,
  DurabilityReport,
  GapUpdate,
  Lease,
  Maintained,
  MaintainOptions,
  NewWindow,
  QuarantineEntry,
  SourceState,
  Store,
} from '../port.ts';
import { feedHash } from '../rules/chain-rules.ts';
import { evidenceOf } from '../rules/evidence-rules.ts';
import { itemOf, unpackItems } from '../packed-items.ts';
import { unknownSource } from '../rules/fenced.ts';
import { createSource, updateSource } from '../rules/source-rules.ts';
import type { SourceChange } from '../rules/source-rules.ts';
import { upkeepBounds } from '../rules/upkeep-rules.ts';
import { Health } from './health.ts';
import { Ledger } from './ledger.ts';
import { Leases } from './leases.ts';
import { MemoryReader } from './memory-reader.ts';
import { Records } from './records.ts';
import { Troubles } from './troubles.ts';

const AUDITS_KEPT = 100;

/**
 * A whole store in memory, for tests and simulations: same rules as the durable ones, no durability. A crash
 * of an engine is played by calling `reopen` and handing the same instance to the next one; `close` therefore forgets nothing.
 */
export class MemoryStore extends MemoryReader implements Store {
  readonly kind = 'memory';
  readonly durability: DurabilityReport = { engine: 'memory', settings: {}, durable: false };
  readonly #clock: Clock;
  readonly #records: Records;
  readonly #troubles: Troubles;
  readonly #leases: Leases;
  readonly #health: Health;
  readonly #sources: Map<string, SourceState>;
  readonly #audits: Map<string, AuditRun>;
  readonly #ledger: Ledger;

  constructor({ clock }: { readonly clock: Clock }) {
    const parts = {
      records: new Records(),
      troubles: new Troubles(),
      leases: new Leases(),
      health: new Health(),
      sources: new Map<string, SourceState>(),
      indexed: { seq: 0n },
      audits: new Map<string, AuditRun>(),
      epoch: 'memory',
      ledger: new Ledger(),
    };
    super(parts);
    this.#clock = clock;
    this.#records = parts.records;
    this.#troubles = parts.troubles;
    this.#leases = parts.leases;
    this.#health = parts.health;
    this.#sources = parts.sources;
    this.#audits = parts.audits;
    this.#ledger = parts.ledger;
  }

  async claim(options: { owner: string; window: string; ttlMs: number }): Promise<Lease | null> {
    return this.#leases.claim(options.window, options.owner, options.ttlMs, this.#clock.now());
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return this.#leases.renew(lease, ttlMs, this.#clock.now());
  }

  async release(lease: Lease): Promise<void> {
    this.#leases.release(lease);
  }

  /** What opening a durable store does after a crash: the owner before is gone, and its leases with it. */
  reopen(): void {
    this.#leases.releaseAll();
  }

  /** Loses records behind everybody's back, as a test of an audit wants it. */
  lose(source: string, ids: readonly string[]): void {
    this.#records.lose(source, new Set(ids));
  }

  async commit(commit: Commit): Promise<CommitResult> {
    const before = this.#ledger.find(commit.batchId);
    if (before) return before;
    const { lease, next, at } = commit;
    const { source, key } = lease.window;
    this.#leases.check(lease, commit.prev);
    if (commit.source && !this.#sources.has(source)) throw unknownSource(source);
    const firstSeq = this.#records.changes.length;
    const result = this.#applyItems(commit, source);
    this.#troubles.putGaps(source, commit.gaps ?? [], at);
    this.#troubles.closeGaps(source, commit.closeGaps ?? []);
    const { look } = this.#leases.get(key) ?? lease.window;
    const page = commit.page && evidenceOf(commit.page, look);
    const evidence = this.#leases.move(key, next, page);
    if (commit.drop) this.#leases.drop(key);
    this.#leases.plan(commit.spawn ?? [], evidence);
    if (commit.source) this.#mergeSource(source, '', commit.source);
    this.#append(commit, result, page?.sha256 ?? '', firstSeq);
    return result;
  }

  #append(commit: Commit, result: CommitResult, page: string, firstSeq: number): void {
    const { batchId, lease, prev, next, drop = false, at } = commit;
    const changes = this.#records.changes.slice(firstSeq);
    const link = { batchId, window: lease.window.key, fence: lease.fence, prev, next: next.cursor, at, page };
    const seqs = { firstSeq: BigInt(firstSeq), lastSeq: BigInt(this.#records.changes.length) };
    this.#ledger.append({ ...link, ...seqs, dropped: drop, feed: feedHash(changes) }, result);
  }

  #applyItems({ items, packed = new Uint8Array(), bad, page, at }: Commit, source: string): CommitResult {
    const counts = { inserted: 0, updated: 0, restamped: 0, unchanged: 0, missing: 0 };
    for (const item of [...items, ...[...unpackItems(packed)].map(itemOf)]) {
      const { result, missing } = this.#records.apply(source, item, page, at);
      counts[result] += 1;
      if (missing !== null) {
        this.#troubles.missing({ source, id: item.id, datestamp: item.datestamp, reason: missing, at });
      }
      if (isRecord(item) && item.imported !== true)
        this.#troubles.arrived(source, item.id, this.#stamp(source, item.id) ?? item.datestamp);
    }
    for (const each of bad) {
      const stamp = each.id === null ? null : this.#stamp(source, each.id);
      this.#troubles.quarantine(source, each, stamp, page, at);
    }
    return { ...counts, quarantined: bad.length, replayed: false };
  }

  #stamp(source: string, id: string): string | null {
    return newestStamp(this.#records.know(source, id).rows);
  }

  async putSource(id: string, kind: string, change: SourceChange): Promise<SourceState> {
    return this.#mergeSource(id, kind, change);
  }

  #mergeSource(id: string, kind: string, change: SourceChange): SourceState {
    const source = updateSource(this.#sources.get(id) ?? createSource(id, kind), change);
    this.#sources.set(id, source);
    return source;
  }

  async plan(windows: readonly NewWindow[]): Promise<void> {
    this.#leases.plan(windows);
  }

  async putGaps(source: string, gaps: readonly GapUpdate[], at: number): Promise<void> {
    this.#troubles.putGaps(source, gaps, at);
  }

  async closeGaps(source: string, keys: readonly string[]): Promise<void> {
    this.#troubles.closeGaps(source, keys);
  }

  async settleQuarantine(
    number: number,
    state: QuarantineEntry['state'],
    note: string | null,
  ): Promise<boolean> {
    return this.#troubles.settle(number, state, note);
  }

  async putAudit(audit: AuditRun): Promise<void> {
    this.#audits.set(audit.id, audit);
    for (const { id } of (await this.audits(audit.source)).slice(AUDITS_KEPT)) this.#audits.delete(id);
  }

  async putIncidents(incidents: readonly Incident[]): Promise<void> {
    this.#health.putIncidents(incidents);
  }

  async putTimelines(days: readonly TimelineDay[]): Promise<void> {
    this.#health.putTimelines(days);
  }

  /** Rolls up everything at once: there is no lock that a long step would hold. */
  async maintain({ now, keepRawMs, limit }: MaintainOptions): Promise<Maintained> {
    const bounds = upkeepBounds(now, keepRawMs);
    const rolledUp = this.#health.maintain(bounds);
    const { rawBefore } = bounds;
    const rawPagesDropped = rawBefore === null ? 0 : this.#records.dropRaw(rawBefore, limit);
    this.#health.putSample({ day: dayOf(now), bytes: 0 });
    const more = rawBefore !== null && rawPagesDropped === limit;
    const batchesRolledUp = this.#ledger.rollUp(startOf(bounds.fullFrom));
    return { ...rolledUp, batchesRolledUp, rawPagesDropped, bytesFreed: 0, walBytes: 0, more };
  }
}

/** Whether the item brings the record itself; the rest says something about it. */
function isRecord(item: Item): boolean {
  return item.type === 'paper' || item.type === 'deleted';
}
