import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { createUpstream, type Kind, type Upstream } from '@holdfast/upstream';
import type { SourceConfig } from '../../src/config/config.ts';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/model/event.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Transport } from '../../src/transport/port.ts';
import { Generation } from '../simulation/generation.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { SimState, simTransport } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';

/** A Sunday noon. */
const START = Date.UTC(2026, 4, 17, 12);
const INTERVAL_MS = 1_000;

/** What a test may set. */
export interface VirtualEngineSetting {
  readonly kind?: Kind;
  readonly faults?: readonly string[];
  readonly records?: number;
  readonly once?: boolean;
  readonly seed?: number;
  /** Host of the upstream; a name that is not this machine's is needed to be offline. */
  readonly host?: string;
  readonly options?: Partial<EngineOptions>;
  /** Stands between the engine and the upstream. */
  readonly wrap?: (transport: Transport) => Transport;
}

/** The machine, its disk and an upstream; engines come and go on it. */
export function virtualMachine(setting: VirtualEngineSetting = {}) {
  const { kind = 'oai-pmh', faults = [], records = 30, seed = 3, host = '127.0.0.1:1' } = setting;
  const clock = new VirtualClock({ start: START });
  const store = new MemoryStore({ clock });
  const state = new SimState();
  const watch = new PolitenessWatch(INTERVAL_MS);
  const upstream: Upstream = createUpstream({
    kind,
    faults,
    records,
    days: 8,
    pageSize: 10,
    seed,
    recordBytes: 300,
    now: () => START + clock.boot(),
  });
  const source: SourceConfig = {
    id: 'one',
    kind,
    baseUrl: `http://${host}${upstream.basePath}`,
    from: '10d',
    enabled: true,
    minIntervalMs: INTERVAL_MS,
    cooldown: 60_000,
    timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
  };
  let ids = 0;
  const start = (more: Partial<EngineOptions> = {}) => {
    const life = new Generation(Number.POSITIVE_INFINITY);
    const events: EngineEvent[] = [];
    const transport = simTransport({ upstream, clock, life, watch });
    const engine = new Engine({
      config: testConfig([source]),
      store,
      transport: setting.wrap?.(transport) ?? transport,
      state: state.forLife(life, watch),
      clock,
      random: seededRandom(seed),
      once: setting.once ?? false,
      uniqueId: () => String((ids += 1)),
      emit: (event) => events.push(event),
      ...setting.options,
      ...more,
    });
    const stopping = new AbortController();
    let end: unknown = null;
    const run = engine.run(stopping.signal).then(
      () => (end = 'finished'),
      (error: unknown) => (end = error),
    );
    return {
      engine,
      events,
      ended: () => end,
      state: () => engine.sources()[0]?.harvester.state,
      /** Lets time pass until it holds, at most so many timers. */
      until: async (holds: () => boolean, timers = 5_000): Promise<boolean> => {
        for (let count = 0; !holds() && count < timers; count += 1) if (!(await clock.runNext())) break;
        return holds();
      },
      stop: async () => {
        stopping.abort(new Error('the test is over'));
        await clock.advance(100);
        await run;
        store.reopen();
      },
    };
  };
  const requests = (): number => upstream.ledger.entries.filter(({ type }) => type === 'request').length;
  return { clock, store, upstream, watch, source, start, requests };
}
