import { createHash } from 'node:crypto';
import { seededRandom, VirtualClock, type Random } from '@holdfast/resilience/clock';
import { createUpstream, type Kind, type Upstream } from '@holdfast/upstream';
import type { Config, SourceConfig } from '../../src/config/config.ts';
import { Engine } from '../../src/engine/engine.ts';
import { pauseNote, SourceMemory } from '../../src/ingest/source-memory.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { compare, type Comparison } from './compare.ts';
import { Generation } from './generation.ts';
import { addressesOf, happen, plugIn, type Machine, type Planned } from './happenings.ts';
import { PolitenessWatch } from './politeness-watch.ts';
import { settled } from './settled.ts';
import { SimState, simTransport, storeForLife } from './sim-ports.ts';
import { testConfig } from './test-config.ts';

/** What one seeded history consists of. */
export interface Scenario {
  readonly seed: number;
  readonly kind: Kind;
  readonly records: number;
  readonly days: number;
  readonly pageSize: number;
  /** How many days back are asked for: more of them are more windows. */
  readonly fromDays: number;
  /** About the size of a record. */
  readonly recordBytes: number;
  readonly faults: readonly string[];
  /** How many times the engine dies, and within how many port calls of each life. */
  readonly crashes: number;
  readonly callsPerLife: number;
  /** Rows re-stamped after each page. */
  readonly restamp: number;
  /** Papers that appear in a journal on the day on which it begins. */
  readonly journals: number;
  readonly clockSkewMs: number;
  /** What happens to the machine meanwhile, in order. */
  readonly happenings: readonly Planned[];
}

/** What came of a history. */
export interface Outcome extends Comparison {
  readonly scenario: Scenario;
  readonly crashes: number;
  /** States and transitions that were reached, such as `walk:doubting` and `window:GAP`. */
  readonly reached: readonly string[];
  /** Records that only a second look brought to light. */
  readonly surprises: number;
  /** Records with more change rows than their upstream gave cause for. */
  readonly churned: readonly string[];
  /** Why it did not come to its end; null when it did. */
  readonly problem: string | null;
  /** SHA-256 of all that the upstream saw and of all that the store tells its followers. */
  readonly digest: () => Promise<string>;
}

/** Everything that survives the engine. */
interface World extends Machine {
  readonly scenario: Scenario;
  readonly upstream: Upstream;
  readonly store: MemoryStore;
  readonly state: SimState;
  readonly random: Random;
  readonly watch: PolitenessWatch;
  readonly reached: Set<string>;
  readonly walked: Set<string>;
  /** What has not happened yet. */
  readonly ahead: Planned[];
  /** `timers`: fired in all lives. */
  readonly counts: { surprises: number; timers: number };
}

const MIN_INTERVAL_MS = 3_000;
const MAX_TIMERS = 60_000;
const LATER_POLLS = 3;
const NO_CRASH = Number.POSITIVE_INFINITY;
/** A Sunday noon: the days before it hold weekends and working days. */
const START = Date.UTC(2026, 4, 17, 12);

/** Runs one history to its end: crashes, restarts, faults, then the comparison with the upstream's ledger. */
export async function runHistory(scenario: Scenario): Promise<Outcome> {
  const world = makeWorld(scenario);
  const { upstream, store, watch, clock, random, reached } = world;
  let crashes = 0;
  let end = 'crashed';
  for (let life = 0; end === 'crashed' || end === 'paused'; life += 1) {
    const dies = life < scenario.crashes;
    end = await live(world, dies ? 1 + Math.floor(random.next() * scenario.callsPerLife) : NO_CRASH);
    if (end === 'crashed') crashes += 1;
  }
  let found = await compare(scenario.kind, upstream, store, watch);
  // Rows stamped or published anew after the tail was walked belong to the next poll, which has to find them. The same
  // row of a short list can be stamped anew in each of them; once the list stands still there is no excuse left.
  for (let poll = 1; found.lost.length > 0 && end === 'finished' && poll <= LATER_POLLS; poll += 1) {
    await clock.advance(26 * 3_600_000);
    upstream.disarm();
    if (poll === LATER_POLLS) upstream.settle();
    // A person may pause it even now; it is resumed by the next life.
    do end = await live(world, NO_CRASH);
    while (end === 'paused');
    found = await compare(scenario.kind, upstream, store, watch);
  }
  return {
    scenario,
    ...found,
    crashes,
    reached: [...reached],
    surprises: world.counts.surprises,
    churned: await churned(store),
    problem: end === 'finished' ? null : end,
    digest: () => digestOf(world),
  };
}

async function digestOf({ upstream, store }: World): Promise<string> {
  const told = [...upstream.ledger.entries, ...(await store.changes(0n, 100_000))];
  const text = JSON.stringify(told, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return createHash('sha256').update(text).digest('hex');
}

function makeWorld(scenario: Scenario): World {
  const { kind, seed, records, days, pageSize, recordBytes, restamp, faults, clockSkewMs } = scenario;
  const clock = new VirtualClock({ start: START + clockSkewMs, settle: settled });
  const upstream = createUpstream({
    kind,
    seed,
    records,
    days,
    pageSize,
    restamp,
    faults,
    recordBytes,
    slowMs: 5_000,
    // Its ten million characters would be half of the time of all histories, and prove no more of the order of things.
    hugeChars: 20_000,
    // Longer than the cool-down that is used where no time is named, so that ignoring it shows.
    retryAfter: 60,
    // Its own clock: nothing that happens to ours is seen there.
    now: () => START + clock.boot(),
  });
  for (const { id } of [...upstream.truth()].slice(0, scenario.journals)) upstream.publishInJournal(id);
  return {
    scenario,
    upstream,
    clock,
    store: new MemoryStore({ clock }),
    state: new SimState(),
    random: seededRandom(seed),
    watch: new PolitenessWatch(MIN_INTERVAL_MS),
    reached: new Set(),
    walked: new Set(),
    cable: { plugged: true },
    disk: { refusals: 0 },
    ahead: scenario.happenings.toSorted((one, other) => one.at - other.at),
    counts: { surprises: 0, timers: 0 },
  };
}

/** One life of the engine: until it has caught up, dies, or does not come to an end. */
async function live(world: World, diesAt: number): Promise<string> {
  const { scenario, upstream, store, state, clock, random, watch, reached, cable } = world;
  const life = new Generation(diesAt);
  let ids = 0;
  store.reopen();
  watch.crashed();
  const engine = new Engine({
    config: configOf(scenario, upstream),
    store: storeForLife(store, life, world),
    transport: simTransport({ upstream, clock, life, watch, cable }),
    addresses: () => addressesOf(cable),
    state: state.forLife(life, watch),
    clock,
    random,
    once: true,
    uniqueId: () => `${String(random.next())}-${String((ids += 1))}`,
    emit: (event) => {
      if (event.kind === 'window' || event.kind === 'gap') reached.add(`${event.kind}:${event.state}`);
      // Where a page could not be had its identifiers are listed instead of a first look: those were missing, visibly.
      if (event.kind === 'commit' && event.look === 2 && world.walked.has(event.window))
        world.counts.surprises += event.missing;
      if (event.kind === 'wait') reached.add(`wait:${event.wait.why}`);
    },
  });
  const abandon = new AbortController();
  let end: string | null = null;
  const run = engine.run(abandon.signal).then(
    () => 'finished',
    (error: unknown) => (abandon.signal.aborted ? 'crashed' : `failed: ${textOf(error)}`),
  );
  void Promise.race([run, life.died]).then((how) => (end ??= how));
  for (let timers = 0; end === null; timers += 1) {
    if (timers > MAX_TIMERS) end = 'no end in sight';
    else if (!(await clock.runNext())) end ??= 'nothing left to wait for, yet not finished';
    if (end === null) await meanwhile(world, engine);
  }
  if (end === 'finished' && engine.sources().some(({ harvester }) => harvester.isPaused)) {
    await new SourceMemory(store, { id: 'source', kind: scenario.kind }).change(pauseNote(null));
    end = 'paused';
  }
  abandon.abort(new Error('abandoned'));
  // A second after a crash somebody starts it again.
  await clock.advance(1_000);
  return end;
}

/** Lets happen what is due by the number of timers that have fired. */
async function meanwhile(world: World, engine: Engine): Promise<void> {
  const { ahead, counts, cable, reached } = world;
  counts.timers += 1;
  const [next] = ahead;
  if (next === undefined || next.at > counts.timers) return;
  ahead.shift();
  const { what } = next;
  if (what.type === 'network' && !cable.plugged) {
    plugIn(engine, cable);
    return;
  }
  reached.add(`machine:${what.type}`);
  await happen(what, engine, world);
  // The cable is plugged in again by the same list.
  if (what.type === 'network') ahead.unshift({ at: counts.timers + what.timers, what });
}

/** A paper is new once and completed once (its version is learnt); more means that a mere repetition changed it. */
async function churned(store: MemoryStore): Promise<string[]> {
  const rows = new Map<string, number>();
  for (const { id, version } of await store.changes(0n, 100_000)) {
    const key = `${id} version ${String(version)}`;
    rows.set(key, (rows.get(key) ?? 0) + 1);
  }
  return [...rows].filter(([, count]) => count > 1).map(([key]) => key);
}

function textOf(error: unknown): string {
  return error instanceof Error ? String(error.stack) : String(error);
}

function configOf({ kind, fromDays }: Scenario, upstream: Upstream): Config {
  const source: SourceConfig = {
    id: 'source',
    kind,
    baseUrl: `http://upstream.example${upstream.basePath}`,
    from: `${String(fromDays)}d`,
    enabled: true,
    minIntervalMs: MIN_INTERVAL_MS,
    cooldown: 10_000,
    timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
    ...(kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {}),
  };
  return testConfig([source]);
}
