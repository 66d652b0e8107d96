import type { StateStore } from '@holdfast/resilience';
import type { NetworkChange } from '@holdfast/resilience/awake';
import type { Clock, Random } from '@holdfast/resilience/clock';
import type { Config } from '../config/config.ts';
import type { PageInHand } from '../ingest/deadly-pages.ts';
import type { HarvestEnd } from '../ingest/harvester-options.ts';
import type { Harvester } from '../ingest/harvester.ts';
import type { AuditWish } from '../audit/port.ts';
import type { AuditRun } from '../model/audit.ts';
import type { DeadlyWork } from '../model/engine-message.ts';
import type { EngineEvent } from '../model/event.ts';
import type { KeptAwake, MachineStatus } from '../model/machine-status.ts';
import type { Source } from '../sources/port.ts';
import type { SourceState, Store } from '../store/port.ts';
import type { Transport } from '../transport/port.ts';
import { Counters } from './counters.ts';
import { MachineNetwork } from './machine-network.ts';
import { MachineState, type MachineTotals } from './machine-state.ts';
import { runSource, type Health, type RunningSource } from './running-source.ts';
import { Services, type Service } from './services.ts';

/** What an engine is made of: everything real is passed in. */
export interface EngineOptions {
  readonly config: Config;
  readonly store: Store;
  readonly transport: Transport;
  /** Machine-wide memory of gates and circuits. */
  readonly state: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly uniqueId: () => string;
  readonly emit: (event: EngineEvent) => void;
  readonly once: boolean;
  /** When the run began, wall ms: an engine that crashed does not begin it anew. Now, when left out. */
  readonly startedAt?: number;
  readonly only?: readonly string[];
  /** What the store remembers of the sources: their counts go on. From nothing, when left out. */
  readonly remembered?: readonly SourceState[];
  /** Pages on which engines died. */
  readonly deadly?: readonly DeadlyWork[];
  /** Told of the page that a source works on; null = none any more. */
  readonly onInHand?: (source: string, page: PageInHand | null) => void;
  /** The addresses of this machine that lead anywhere, as last looked at; left out: it always has one. */
  readonly addresses?: () => readonly string[];
  /** Nothing is harvested: sources are audited, each once, and repaired if wanted. */
  readonly auditOnly?: AuditWish;
  /** Told of each audit whenever it has moved. */
  readonly onAudit?: (run: AuditRun) => void;
}

/** The embedded store has one writing engine at a time, so all its leases carry one name. */
const OWNER = 'engine';
/** After a return of the network the services are asked spread over so long, ms. */
const SPREAD_MS = 350;

/** A source that an engine runs. */
export interface EngineSource {
  readonly id: string;
  readonly kind: string;
  /** Names its upstream service. */
  readonly service: string;
  readonly harvester: Harvester;
  readonly health: Readonly<Health>;
  /** Null while it harvests. */
  readonly end: HarvestEnd | null;
}

/**
 * All sources of one store, harvested side by side; sources of one upstream service share its gate.
 * Modes: built, running (until the signal aborts, or all are caught up in a run that ends), ended.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #running: readonly RunningSource[];
  readonly #services: Services;
  readonly #network: MachineNetwork;
  readonly #machine: MachineState;
  readonly counters = new Counters();
  /** Counts every sign of life, so that a supervisor tells hung from slow. */
  progress = 0;
  #addresses: readonly string[];
  /** By how much the boot clock was ahead of the monotonic one when it was last looked at, ms. */
  #bootAhead: number;
  /** Wall ms of the last page that was committed; null before. */
  lastCommitAt: number | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { clock, addresses = () => ['some'] } = options;
    this.#addresses = addresses();
    this.#bootAhead = bootAhead(clock);
    this.#services = new Services(options);
    this.#machine = new MachineState(clock, (event) => this.#observe(event));
    this.#network = new MachineNetwork({
      clock,
      hasAddress: () => addresses().length > 0,
      onState: (state) => this.#machine.note(state === 'up' ? 'network-up' : 'network-down'),
    });
    // Only a run that ends has to see the newest again after its start; another one follows its poll plan.
    const startedAt = options.once ? (options.startedAt ?? clock.now()) : 0;
    this.#running = options.config.sources
      .filter(({ id, enabled }) => enabled && (options.only === undefined || options.only.includes(id)))
      .map((config) => runSource(config, { ...options, ...this.#partsOf(config.id), startedAt }));
  }

  /** Resolves when all sources have ended. @throws the first error that is nobody's to wait for, or the signal's reason */
  async run(signal: AbortSignal): Promise<void> {
    const failing = new AbortController();
    const both = AbortSignal.any([signal, failing.signal]);
    await Promise.all(
      this.#running.map(async (running) => {
        try {
          running.end = await running.harvester.run(both);
        } catch (error) {
          if (!failing.signal.aborted) failing.abort(error);
          throw error;
        }
      }),
    );
  }

  /** The sources as they are now. */
  sources(): readonly EngineSource[] {
    return this.#running.map(({ config: { id, kind }, service, harvester, health, end }) => ({
      id,
      kind,
      service: service.key,
      harvester,
      health,
      end,
    }));
  }

  /** The upstream services of the sources. */
  services(): readonly Service[] {
    return this.#services.all();
  }

  /** The connector of a source; undefined when it is not running. */
  source(id: string): Source | undefined {
    return this.#find(id)?.source;
  }

  /** The upstreams' time by their last answers, the latest of them, at least; wall ms; null before any named one. */
  upstreamNow(): number | null {
    const { remembered = [] } = this.#options;
    const before = remembered.map(({ watermark }) => Date.parse(watermark ?? ''));
    const now = this.#running.map(({ fetcher }) => fetcher.serverNow ?? Number.NaN);
    const known = [...before, ...now].filter((at) => !Number.isNaN(at));
    return known.length === 0 ? null : Math.max(...known);
  }

  /** Asks a source now, as far as waits are our own. False: no such source runs. */
  async retry(id: string): Promise<boolean> {
    const running = this.#find(id);
    if (!running) return false;
    await running.service.gate.open();
    running.waits.endAll();
    running.pauses.endAll();
    running.harvester.pollNow();
    return true;
  }

  /** Begins an audit of one source, or of all, or resumes it; gives the runs of those of which something is harvested. */
  async audit(wish: AuditWish, id?: string): Promise<readonly AuditRun[]> {
    const chosen = this.#running.filter(({ config }) => id === undefined || config.id === id);
    const runs = await Promise.all(chosen.map(({ harvester }) => harvester.audit(wish)));
    return runs.filter((run) => run !== null);
  }

  /** Keeps one source, or all, from asking anything, over restarts too. Gives the ids; none: no such source runs. */
  pause(id?: string): Promise<readonly string[]> {
    return this.#each(id, (harvester) => harvester.pause());
  }

  /** Lets one source, or all, go on. Gives the ids; none: no such source runs. */
  resume(id?: string): Promise<readonly string[]> {
    return this.#each(id, (harvester) => harvester.resume());
  }

  /** The machine slept, or this process was stopped, for so long: every exchange on its way is asked again. */
  woke({ sleptMs, cause = 'sleep' }: { readonly sleptMs: number; readonly cause?: 'sleep' | 'pause' }): void {
    this.#machine.note(cause === 'sleep' ? 'woke' : 'paused', sleptMs);
    this.#revive(true, this.#uncounted(sleptMs));
  }

  /** The addresses of this machine have changed. */
  networkChanged({ type, addresses }: Pick<NetworkChange, 'type' | 'addresses'>): void {
    if (type === 'changed') this.#machine.note('network-changed');
    // Where addresses only came on top, what is on its way is not concerned.
    const before = this.#addresses;
    const isMore = addresses.length > before.length && before.every((each) => addresses.includes(each));
    this.#addresses = addresses;
    this.#network.become(type === 'down' ? 'down' : 'up');
    if (type !== 'down') return this.#revive(!isMore || before.length === 0, 0);
    // What is on its way would be waited for in vain; it is asked again when there is a network.
    for (const { fetcher } of this.#running) fetcher.interrupt(0);
    this.#options.transport.reset();
  }

  /**
   * The wall clock was set by so many ms. No wait rests on it; but all clocks of a virtual machine stand still while
   * its host sleeps, and the step tells it afterwards: what is due by now is looked for.
   */
  clockStepped(ms: number): void {
    this.#machine.note('clock-step', ms);
    if (ms > 0) for (const { harvester } of this.#running) harvester.revive();
  }

  /** The system is about to sleep. Commits are durable: there is nothing to flush. */
  fallsAsleep(): void {
    this.#machine.note('falling-asleep');
  }

  /** What was acquired to keep the machine awake; null = nothing is to be. */
  keptAwake(what: KeptAwake | null): void {
    this.#machine.keptAwake = what;
  }

  /** The machine as far as it is known. */
  machine(): MachineStatus {
    return this.#machine.status({ network: this.#network.state, networkSince: this.#network.since });
  }

  /** What happened to the machine since the engine began. */
  machineTotals(): MachineTotals {
    return this.#machine.totals;
  }

  /** Drops what may be dead, ends our own waits and spreads the services; failures before say nothing any more. */
  #revive(cutsOff: boolean, uncountedMs: number): void {
    this.#options.transport.reset();
    for (const service of this.#services.all()) {
      const delay = this.#options.random.next() * SPREAD_MS;
      for (const running of this.#running.filter((each) => each.service === service)) {
        if (cutsOff) running.fetcher.interrupt(delay);
        else running.fetcher.delay(delay);
        running.waits.revive();
        running.pauses.endAll();
        running.harvester.revive();
      }
      // What is remembered of the gate may be on a disk that wakes later: then the cooldown lasts its time.
      this.#endSleptCooldown(service, uncountedMs).catch(() => undefined);
    }
  }

  /** Our timers may stand still while the machine sleeps: a cooldown that is over by the boot clock is over. */
  async #endSleptCooldown({ gate }: Service, uncountedMs: number): Promise<void> {
    if (uncountedMs <= 0) return;
    const { kind, notBefore } = await gate.peek();
    const isOver = kind === 'cooldown' && (notBefore ?? 0) - uncountedMs <= this.#options.clock.now();
    if (isOver) await gate.open();
  }

  /** How much of a sleep our timers did not count: they stand still on Linux only, and never while we are stopped. */
  #uncounted(sleptMs: number): number {
    const before = this.#bootAhead;
    this.#bootAhead = bootAhead(this.#options.clock);
    return Math.min(sleptMs, this.#bootAhead - before);
  }

  async #each(
    id: string | undefined,
    work: (harvester: Harvester) => Promise<void>,
  ): Promise<readonly string[]> {
    const chosen = this.#running.filter(({ config }) => id === undefined || config.id === id);
    await Promise.all(chosen.map(({ harvester }) => work(harvester)));
    return chosen.map(({ config }) => config.id);
  }

  #find(id: string): RunningSource | undefined {
    return this.#running.find(({ config }) => config.id === id);
  }

  #partsOf(id: string) {
    const { remembered, deadly = [], onInHand, config, auditOnly, onAudit } = this.#options;
    return {
      owner: OWNER,
      audit: config.audit,
      auditOnly,
      onAudit,
      services: this.#services,
      network: this.#network,
      counters: this.counters,
      remembered: remembered?.find((state) => state.id === id),
      deadly: deadly.filter(({ source }) => source === id),
      onInHand: (page: PageInHand | null) => onInHand?.(id, page),
      onCommitted: (ms: number) => this.counters.committed(ms),
      onProgress: () => void (this.progress += 1),
      emit: (event: EngineEvent) => this.#observe(event),
    };
  }

  #observe(event: EngineEvent): void {
    this.progress += 1;
    if (event.kind === 'commit') this.lastCommitAt = event.at;
    this.counters.observe(event);
    this.#options.emit(event);
  }
}

function bootAhead(clock: Clock): number {
  return clock.boot() - clock.monotonic();
}
