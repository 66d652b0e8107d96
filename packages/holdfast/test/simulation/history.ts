import { seededRandom, VirtualClock, type Random } from '@holdfast/resilience/clock';
import { createUpstream, type Kind, type TruthRecord, type Upstream } from '@holdfast/upstream';
import { Engine } from '../../src/engine/engine.ts';
import type { Config, SourceConfig } from '../../src/config/config.ts';
import type { EngineEvent } from '../../src/model/event.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Gap } from '../../src/model/gap.ts';
import type { Store } from '../../src/store/port.ts';
import { Generation } from './generation.ts';
import { PolitenessWatch } from './politeness-watch.ts';
import { SimState, simTransport, storeForLife } from './sim-ports.ts';

/** What one seeded history consists of. */
export interface Scenario {
  readonly seed: number;
  readonly kind: Kind;
  readonly records: number;
  readonly days: number;
  readonly pageSize: number;
  readonly faults: readonly string[];
  /** How many times the engine dies, and within how many port calls of each life. */
  readonly crashes: number;
  readonly callsPerLife: number;
  /** Rows re-stamped after each page. */
  readonly restamp: number;
  readonly clockSkewMs: number;
}

/** What came of a history, in Jepsen's words. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly unexpected: readonly string[];
  /** Requests that undercut the interval or a Retry-After, as sentences. */
  readonly impolite: readonly string[];
  readonly fired: readonly string[];
  readonly unfired: readonly string[];
  readonly crashes: number;
  readonly requests: number;
  readonly gaps: number;
  readonly quarantined: number;
  readonly finished: boolean;
  readonly problem: string | null;
}

const MIN_INTERVAL_MS = 3_000;
const MAX_TIMERS = 8_000;
/** A Sunday noon: the days before it hold weekends and working days. */
const START = Date.UTC(2026, 4, 17, 12);

/** Runs one history to its end: crashes, restarts, faults, then the comparison with the upstream's ledger. */
export async function runHistory(scenario: Scenario): Promise<Outcome> {
  const clock = new VirtualClock({ start: START + scenario.clockSkewMs });
  const random = seededRandom(scenario.seed);
  const upstream = createUpstream({
    kind: scenario.kind,
    seed: scenario.seed,
    records: scenario.records,
    days: scenario.days,
    pageSize: scenario.pageSize,
    recordBytes: 300,
    restamp: scenario.restamp,
    faults: scenario.faults,
    slowMs: 5_000,
    now: () => clock.now() - scenario.clockSkewMs,
  });
  const store = new MemoryStore({ clock });
  const state = new SimState();
  const watch = new PolitenessWatch(MIN_INTERVAL_MS);
  const events: EngineEvent[] = [];
  let problem: string | null = null;
  let crashes = 0;
  let finished = false;
  for (let life = 0; !finished && problem === null; life += 1) {
    const diesAt =
      life < scenario.crashes
        ? 1 + Math.floor(random.next() * scenario.callsPerLife)
        : Number.POSITIVE_INFINITY;
    const end = await live({
      scenario,
      upstream,
      watch,
      store,
      state,
      clock,
      random,
      events,
      generation: new Generation(diesAt),
    });
    if (end === 'crashed') crashes += 1;
    else if (end === 'finished') finished = true;
    else problem = end;
  }
  const first = await compare(scenario, upstream, store, watch, { crashes, finished, problem });
  if (first.lost.length === 0 || !first.finished) return first;
  // Rows stamped or published anew after the tail was walked belong to the next poll, which has to find them.
  await clock.advance(26 * 3_600_000);
  upstream.disarm();
  const end = await live({
    scenario,
    upstream,
    watch,
    store,
    state,
    clock,
    random,
    events,
    generation: new Generation(Number.POSITIVE_INFINITY),
  });
  return compare(scenario, upstream, store, watch, {
    crashes,
    finished: end === 'finished',
    problem: end === 'finished' ? null : end,
  });
}

interface Life {
  readonly scenario: Scenario;
  readonly upstream: Upstream;
  readonly watch: PolitenessWatch;
  readonly store: Store;
  readonly state: SimState;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly events: EngineEvent[];
  readonly generation: Generation;
}

/** One life of the engine: until it has caught up, dies, or does not come to an end. */
async function live({
  scenario,
  upstream,
  watch,
  store,
  state,
  clock,
  random,
  events,
  generation,
}: Life): Promise<string> {
  let ids = 0;
  const engine = new Engine({
    config: configOf(scenario, upstream),
    store: storeForLife(store, generation),
    transport: simTransport({ upstream, clock, life: generation, watch }),
    state: state.forLife(generation),
    clock,
    random,
    once: true,
    uniqueId: () => `${String(random.next())}-${String((ids += 1))}`,
    emit: (event) => {
      (globalThis as { TRACE?: (event: EngineEvent) => void }).TRACE?.(event);
      events.push(event);
    },
  });
  const abandon = new AbortController();
  let end: string | null = null;
  const run = engine.run(abandon.signal).then(
    () => 'finished',
    (error: unknown) =>
      abandon.signal.aborted
        ? 'crashed'
        : `failed: ${error instanceof Error ? `${String(error.stack)}` : String(error)}`,
  );
  void Promise.race([run, generation.died]).then((how) => (end ??= how));
  for (let timers = 0; end === null; timers += 1) {
    if (timers > MAX_TIMERS) end = 'no end in sight';
    else if (!(await clock.runNext()) && end === null) end = 'nothing left to wait for, yet not finished';
  }
  abandon.abort(new Error('abandoned'));
  // A second after a crash somebody starts it again.
  await clock.advance(1_000);
  return end;
}

function configOf({ kind }: Scenario, upstream: Upstream): Config {
  const source: SourceConfig = {
    id: 'source',
    kind,
    baseUrl: `http://127.0.0.1:1${upstream.basePath}`,
    from: '30d',
    enabled: true,
    minIntervalMs: MIN_INTERVAL_MS,
    cooldown: 10_000,
    timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
    ...(kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {}),
  };
  return {
    dataDir: '/nowhere',
    stateDir: '/nowhere',
    contact: null,
    store: 'memory',
    maxDisk: null,
    dashboard: { host: '', port: 0 },
    watchdog: 0,
    sources: [source],
  };
}

async function compare(
  scenario: Scenario,
  upstream: Upstream,
  store: Store,
  watch: PolitenessWatch,
  { crashes, finished, problem }: { crashes: number; finished: boolean; problem: string | null },
): Promise<Outcome> {
  const truth = new Map<string, TruthRecord>();
  for (const record of upstream.truth()) truth.set(keyOf(scenario.kind, record), record);
  const stored: string[] = [];
  const lines: string[] = [];
  for await (const { fields } of store.export({ allVersions: true })) {
    stored.push(`${fields.id}${versioned(scenario.kind) ? `v${String(fields.version)}` : ''}`);
    lines.push(`${fields.id} version ${String(fields.version)}`);
  }
  const gaps = await store.gaps();
  const quarantine = await store.quarantine();
  const visible = new Set([
    ...gaps.flatMap(({ id }) => (id === null ? [] : [id])),
    ...quarantine.flatMap(({ id }) => (id === null ? [] : [id])),
  ]);
  const have = new Set(stored);
  const everSeen = everPublished(scenario.kind, upstream);
  return {
    scenario,
    lost: [...truth]
      .filter(
        ([key, record]) =>
          !have.has(key) && !visible.has(record.id) && !gaps.some((gap) => covers(gap, record)),
      )
      .map(([key]) => key),
    duplicated: latestDuplicates(lines),
    unexpected: stored.filter((key) => !truth.has(key) && !everSeen.has(key)),
    impolite: watch.findings,
    fired: upstream.ledger.entries.flatMap((entry) => (entry.type === 'fault' ? [entry.name] : [])),
    unfired: upstream.pending(),
    crashes,
    requests: upstream.ledger.entries.filter(({ type }) => type === 'request').length,
    gaps: gaps.filter((gap) => gap.state === 'open').length,
    quarantined: quarantine.filter((entry) => entry.state === 'open').length,
    finished,
    problem,
  };
}

/** A visible range gap answers for every record that is stamped inside it. */
function covers({ range }: Gap, { datestamp }: TruthRecord): boolean {
  return range !== null && datestamp >= range.from && (range.to === null || datestamp < range.to);
}

function versioned(kind: Kind): boolean {
  return kind === 'biorxiv' || kind === 'medrxiv';
}

function keyOf(
  kind: Kind,
  record: { readonly id: string; readonly version?: string | number | undefined },
): string {
  const id = kind === 'arxiv' ? record.id.replace(/^oai:arXiv\.org:/, '') : record.id;
  return versioned(kind) ? `${id}v${String(record.version)}` : id;
}

function everPublished(kind: Kind, upstream: Upstream): Set<string> {
  return new Set(
    upstream.ledger.entries.flatMap((entry) => (entry.type === 'change' ? [keyOf(kind, entry)] : [])),
  );
}

function latestDuplicates(stored: readonly string[]): string[] {
  const seen = new Set<string>();
  return stored.filter((key) => seen.size === seen.add(key).size);
}
