import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { createUpstream, type Kind, type LedgerEntry, type Upstream } from '@holdfast/upstream';
import type { Config } from '../../src/config/config.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/model/event.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { Generation } from '../simulation/generation.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { SimState, simTransport } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';

/** What is harvested, and how. */
export interface VirtualSetting {
  readonly kind: Kind;
  readonly faults?: readonly string[];
  readonly intervalMs?: number;
  readonly cooldownMs?: number;
  readonly once?: boolean;
  readonly records?: number;
  readonly days?: number;
  readonly pageSize?: number;
  readonly retryAfter?: number;
}

/** A request as the upstream saw it, in virtual ms. */
export interface Visit {
  readonly verb: string;
  readonly url: string;
  readonly arrivedAt: number;
  readonly endedAt: number;
  readonly rows: number;
  readonly fault: string | null;
}

/** An engine and an upstream in one virtual time. */
export interface VirtualHarvest {
  readonly clock: VirtualClock;
  readonly upstream: Upstream;
  readonly watch: PolitenessWatch;
  readonly events: readonly EngineEvent[];
  visits(): readonly Visit[];
  /** How many windows the source has. */
  windows(): Promise<number>;
  /** Lets time pass until the run has ended; returns whether it did. */
  finish(): Promise<boolean>;
  stop(): Promise<void>;
}

/** A Sunday noon: the days before it hold weekends and working days. */
const START = Date.UTC(2026, 4, 17, 12);
const MAX_TIMERS = 50_000;

/** Starts a harvest; time passes by `clock` or `finish`. */
export function harvestVirtually(setting: VirtualSetting): VirtualHarvest {
  const { kind, faults = [], records = 60, days = 20, pageSize = 10, retryAfter = 1 } = setting;
  const clock = new VirtualClock({ start: START });
  const random = seededRandom(7);
  const upstream = createUpstream({
    kind,
    faults,
    records,
    days,
    pageSize,
    retryAfter,
    seed: 7,
    recordBytes: 300,
    now: () => clock.now(),
  });
  const watch = new PolitenessWatch(setting.intervalMs ?? 3_000);
  const life = new Generation(Number.POSITIVE_INFINITY);
  const events: EngineEvent[] = [];
  let ids = 0;
  const store = new MemoryStore({ clock });
  const engine = new Engine({
    config: configOf(setting, upstream),
    store,
    transport: simTransport({ upstream, clock, life, watch }),
    state: new SimState().forLife(life, watch),
    clock,
    random,
    once: setting.once ?? false,
    uniqueId: () => String((ids += 1)),
    emit: (event) => events.push(event),
  });
  const stopping = new AbortController();
  let end: 'finished' | { readonly error: unknown } | null = null;
  const run = engine.run(stopping.signal).then(
    () => (end = 'finished'),
    (error: unknown) => (end = { error }),
  );
  const finish = async (): Promise<boolean> => {
    for (let timers = 0; end === null && timers < MAX_TIMERS; timers += 1) await clock.runNext();
    return end === 'finished';
  };
  return {
    clock,
    upstream,
    watch,
    events,
    finish,
    windows: async () => (await store.windows('source')).length,
    visits: () => visitsOf(upstream.ledger.entries),
    stop: async () => {
      stopping.abort(new Error('the test is over'));
      await clock.advance(1_000);
      await run;
    },
  };
}

function visitsOf(entries: readonly LedgerEntry[]): readonly Visit[] {
  const answers = new Map(
    entries.flatMap((entry) => (entry.type === 'response' ? [[entry.n, entry] as const] : [])),
  );
  return entries.flatMap((entry) => {
    if (entry.type !== 'request') return [];
    const answer = answers.get(entry.n);
    const { verb, url, at } = entry;
    return [
      {
        verb,
        url,
        arrivedAt: at,
        endedAt: answer?.at ?? at,
        rows: answer?.ids ?? 0,
        fault: answer?.fault ?? null,
      },
    ];
  });
}

function configOf(
  { kind, intervalMs = 3_000, cooldownMs = 60_000 }: VirtualSetting,
  upstream: Upstream,
): Config {
  return testConfig([
    {
      id: 'source',
      kind,
      baseUrl: `http://127.0.0.1:1${upstream.basePath}`,
      from: '30d',
      enabled: true,
      minIntervalMs: intervalMs,
      cooldown: cooldownMs,
      timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
      ...(kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {}),
    },
  ]);
}
