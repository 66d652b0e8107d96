import { classify, gate, type Breaker, type Gate, type StateStore } from '@holdfast/resilience';
import type { Clock, Random } from '@holdfast/resilience/clock';
import type { Config, SourceConfig } from '../config/config.ts';
import { Fetcher } from '../ingest/fetcher.ts';
import { Harvester, type HarvestEnd } from '../ingest/harvester.ts';
import type { EngineEvent } from '../model/event.ts';
import type { Source } from '../sources/port.ts';
import type { SourceState, Store } from '../store/port.ts';
import type { Transport } from '../transport/port.ts';
import { requestPolicies, serviceCircuit, type RequestPolicies } from './request-policy.ts';
import { makeSource } from './source-factory.ts';
import { noticeOf } from './wait-notice.ts';

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
}

/** The embedded store has one writing engine at a time, so all its leases carry one name. */
const OWNER = 'engine';

/** How the requests of a source went, over all runs. */
export interface Health {
  failures: number;
  retries: number;
  /** Wall ms of the last answer that was one; null before. */
  readonly lastSuccessAt: number | null;
}

interface Running {
  readonly config: SourceConfig;
  readonly source: Source;
  readonly harvester: Harvester;
  readonly gate: Gate;
  readonly health: Health;
  end: HarvestEnd | null;
}

/** A source that an engine runs. */
export interface EngineSource {
  readonly id: string;
  readonly kind: string;
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
  readonly #running: Running[];
  readonly #gates = new Map<string, Gate>();
  readonly #circuits = new Map<string, Breaker>();
  /** Counts every sign of life, so that a supervisor tells hung from slow. */
  progress = 0;
  /** Wall ms of the last page that was committed; null before. */
  lastCommitAt: number | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    // Only a run that ends has to see the newest again after its start; another one follows its poll plan.
    const startedAt = options.once ? (options.startedAt ?? options.clock.now()) : 0;
    this.#running = options.config.sources
      .filter(({ id, enabled }) => enabled && (options.only === undefined || options.only.includes(id)))
      .map((config) => this.#build(config, startedAt));
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
    return this.#running.map(({ config: { id, kind }, harvester, health, end }) => ({
      id,
      kind,
      harvester,
      health,
      end,
    }));
  }

  /** The connector of a source; undefined when it is not running. */
  source(id: string): Source | undefined {
    return this.#running.find(({ config }) => config.id === id)?.source;
  }

  /** Asks a source now, as far as waits are our own. False: no such source runs. */
  async retry(id: string): Promise<boolean> {
    const running = this.#running.find(({ config }) => config.id === id);
    if (!running) return false;
    await running.gate.open();
    for (const wait of this.#waits.get(id) ?? []) wait();
    running.harvester.pollNow();
    return true;
  }

  /** Ends of own waits that are running, by source. */
  readonly #waits = new Map<string, Set<() => void>>();

  #build(config: SourceConfig, startedAt: number): Running {
    const { store, clock, random, emit, uniqueId, transport, once } = this.#options;
    const source = makeSource(config);
    const gateOfSource = this.#gate(source);
    const ends = new Set<() => void>();
    this.#waits.set(config.id, ends);
    const moved = new Set<string>();
    const remembered = this.#options.remembered?.find(({ id }) => id === config.id);
    const health = {
      failures: remembered?.failures ?? 0,
      retries: remembered?.retries ?? 0,
      get lastSuccessAt() {
        return fetcher.lastAnswerAt ?? remembered?.lastSuccessAt ?? null;
      },
    };
    const fetcher: Fetcher = new Fetcher({
      source,
      transport,
      gate: gateOfSource,
      clock,
      ...this.#policiesOf(source, health),
      onRequest: (url) => {
        this.progress += 1;
        emit({ kind: 'request', at: clock.now(), source: config.id, url });
      },
      onMoved: (to) => {
        if (moved.size > 0) return;
        moved.add(to);
        emit({
          kind: 'notice',
          at: clock.now(),
          source: config.id,
          code: 'MOVED',
          message: `${config.id} has moved to ${to}.`,
          hint: `Set "baseUrl" of source "${config.id}" to the new address.`,
        });
      },
      onWait: (wait) => {
        const end = (): void => void wait.end();
        ends.add(end);
        void wait.over.then(() => ends.delete(end));
        if (wait.kind === 'backoff' || wait.kind === 'circuit') health.retries += 1;
        harvester.noteWait(noticeOf(wait), wait.over);
      },
    });
    const harvester = new Harvester({
      store,
      clock,
      random,
      uniqueId,
      source,
      fetcher,
      once,
      startedAt,
      owner: OWNER,
      from: config.from,
      until: config.until ?? null,
      emit: (event) => this.#observe(event),
    });
    return { config, source, harvester, gate: gateOfSource, health, end: null };
  }

  #observe(event: EngineEvent): void {
    this.progress += 1;
    if (event.kind === 'commit') this.lastCommitAt = event.at;
    this.#options.emit(event);
  }

  #gate(source: Source): Gate {
    const { state, clock, random } = this.#options;
    const existing = this.#gates.get(source.gateKey);
    const made =
      existing ?? gate({ key: source.gateKey, minIntervalMs: source.minIntervalMs, state, clock, random });
    this.#gates.set(source.gateKey, made);
    return made;
  }

  #policiesOf({ gateKey: name }: Source, health: Health): RequestPolicies {
    const { state, clock, random } = this.#options;
    const circuit = this.#circuits.get(name) ?? serviceCircuit({ name, state, clock, random });
    this.#circuits.set(name, circuit);
    return requestPolicies({
      name,
      clock,
      random,
      circuit,
      onEvent: (event) => {
        if (event.type === 'failure' && classify(event.error).category !== 'cancelled') health.failures += 1;
      },
    });
  }
}
