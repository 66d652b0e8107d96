import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { createUpstream, type Kind, type Upstream, type UpstreamOptions } from '@holdfast/upstream';
import type { Config, SourceConfig } from '../../src/config/config.ts';
import { auditAll } from '../../src/engine/audit-all.ts';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import type { AuditRun } from '../../src/model/audit.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/port.ts';
import { compare, type Comparison } from '../simulation/compare.ts';
import { Generation } from '../simulation/generation.ts';
import { Outstanding } from '../simulation/outstanding.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { SimState, simTransport } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';

/** A Sunday noon. */
const START = Date.UTC(2026, 4, 17, 12);
const INTERVAL_MS = 1_000;
const MAX_TIMERS = 400_000;

/** What a test may set. */
export interface AuditSetting extends Partial<Omit<UpstreamOptions, 'now'>> {
  readonly kind: Kind;
  readonly store?: Store;
  readonly from?: string;
}

/** Something that runs on the virtual clock. */
type Running<T> = { readonly work: Promise<T>; readonly life: Generation };

/** An upstream, a store and a clock; harvests and audits come and go on them. */
export class AuditMachine {
  readonly clock = new VirtualClock({ start: START });
  readonly state = new SimState();
  readonly watch = new PolitenessWatch(INTERVAL_MS);
  readonly upstream: Upstream;
  readonly store: Store;
  readonly kind: Kind;
  /** Each state of each audit, as it was told. */
  readonly told: AuditRun[] = [];
  readonly #config: Config;
  readonly #outstanding = new Outstanding();
  #ids = 0;
  readonly #seed: number;

  constructor({ kind, store, from = '60d', seed = 3, ...options }: AuditSetting) {
    this.kind = kind;
    this.#seed = seed;
    this.store =
      store === undefined ? new MemoryStore({ clock: this.clock }) : this.#outstanding.watch(store);
    this.upstream = createUpstream({
      kind,
      seed,
      days: 40,
      recordBytes: 300,
      slowMs: 5_000,
      retryAfter: 60,
      now: () => START + this.clock.boot(),
      ...options,
    });
    const source: SourceConfig = {
      id: 'source',
      kind,
      baseUrl: `http://upstream.example${this.upstream.basePath}`,
      from,
      enabled: true,
      minIntervalMs: INTERVAL_MS,
      cooldown: 10_000,
      timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
      ...(kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {}),
    };
    this.#config = testConfig([source]);
  }

  /** Everything is harvested, and looked at twice. */
  async harvest(): Promise<void> {
    const { parts } = this.#parts();
    await this.through(
      new Engine({ ...parts, once: true, emit: () => undefined }).run(new AbortController().signal),
    );
  }

  /** An audit as the command line asks for it without an engine. */
  async audit({
    repair = true,
    budget = 10_000,
  }: { repair?: boolean; budget?: number } = {}): Promise<AuditRun> {
    const [run] = await this.through(this.startAudit({ repair, budget }).work);
    if (run === undefined) throw new Error('there was nothing to audit');
    return run;
  }

  /** As `audit`, to be driven by the test; `diesAt`: the call into a port at which everything dies. */
  startAudit({
    repair,
    budget,
    diesAt = Number.POSITIVE_INFINITY,
  }: {
    readonly repair: boolean;
    readonly budget: number;
    readonly diesAt?: number;
  }): Running<readonly AuditRun[]> {
    const { parts, life } = this.#parts(diesAt);
    const { signal } = new AbortController();
    const onRun = (run: AuditRun): void => void this.told.push(run);
    return { work: auditAll(parts, { repair, budget, signal, onRun }), life };
  }

  /** An engine that harvests for ever, and audits by itself. */
  engine(audit: Config['audit'], more: Partial<EngineOptions> = {}): Engine {
    const { parts } = this.#parts();
    const config = { ...this.#config, audit };
    const onAudit = (run: AuditRun): void => void this.told.push(run);
    return new Engine({ ...parts, config, once: false, emit: () => undefined, onAudit, ...more });
  }

  /** Lets time pass until a promise is settled. */
  async through<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settling = work.finally(() => (settled = true));
    settling.catch(() => undefined);
    for (let timers = 0; !settled; timers += 1) {
      if (timers > MAX_TIMERS) throw new Error('no end in sight');
      await this.#outstanding.settled();
      if (!(await this.clock.runNext()) && !settled) await new Promise((resolve) => setImmediate(resolve));
    }
    return work;
  }

  /** Lets time pass until it holds. */
  async until(holds: () => boolean): Promise<boolean> {
    for (let timers = 0; !holds() && timers < MAX_TIMERS; timers += 1)
      if (!(await this.clock.runNext())) break;
    return holds();
  }

  /** Records that are gone from the store, and nothing tells of it. */
  lose(ids: readonly string[]): void {
    if (!(this.store instanceof MemoryStore)) throw new Error('records are lost from a memory store');
    this.store.lose('source', ids);
  }

  /** So many ids of the store, drawn by chance from those that are stamped on a day that is over. */
  async drawIds(count: number): Promise<readonly string[]> {
    const held = await this.store.held('source', { after: '', limit: 100_000 });
    const left = held.filter(({ datestamp }) => datestamp < '2026-05-10').map(({ id }) => id);
    const random = seededRandom(this.#seed + count);
    return Array.from({ length: count }, () => {
      const [id] = left.splice(Math.floor(random.next() * left.length), 1);
      if (id === undefined) throw new Error('there are not so many records');
      return id;
    });
  }

  compare(): Promise<Comparison> {
    return compare(this.kind, this.upstream, this.store, this.watch);
  }

  requests(): number {
    return this.upstream.ledger.entries.filter(({ type }) => type === 'request').length;
  }

  #parts(diesAt = Number.POSITIVE_INFINITY) {
    const life = new Generation(diesAt);
    const { clock, upstream, watch, store } = this;
    if (store instanceof MemoryStore) store.reopen();
    watch.crashed();
    const parts = {
      config: this.#config,
      store,
      transport: simTransport({ upstream, clock, life, watch }),
      state: this.state.forLife(life, watch),
      clock,
      random: seededRandom(this.#seed),
      uniqueId: () => `id-${String((this.#ids += 1))}`,
    };
    return { parts, life };
  }
}
