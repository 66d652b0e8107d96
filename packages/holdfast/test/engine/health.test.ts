import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { createUpstream } from '@holdfast/upstream';
import { expect, test } from 'vitest';
import type { SourceConfig } from '../../src/config/config.ts';
import { Engine } from '../../src/engine/engine.ts';
import { liveStatus } from '../../src/engine/live-status.ts';
import { keepStates } from '../../src/engine/state-keeper.ts';
import type { EngineEvent } from '../../src/model/event.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { Generation } from '../simulation/generation.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { SimState, simTransport } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';

const START = Date.UTC(2026, 4, 17, 12);
const RESTARTS = { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 };

function sourceAt(baseUrl: string, id: string): SourceConfig {
  const timeouts = { connect: 1_000, firstByte: 60_000, idle: 10_000 };
  return { id, kind: 'oai-pmh', baseUrl, from: '10d', enabled: true, minIntervalMs: 1_000, timeouts };
}

/** Two sources of one simulated service, which share its gate and its circuit. */
function twoSources(faults: readonly string[]) {
  const clock = new VirtualClock({ start: START });
  const store = new MemoryStore({ clock });
  const events: EngineEvent[] = [];
  const upstream = createUpstream({
    kind: 'oai-pmh',
    faults,
    records: 30,
    days: 8,
    pageSize: 10,
    seed: 3,
    recordBytes: 300,
    now: () => clock.now(),
  });
  const life = new Generation(Number.POSITIVE_INFINITY);
  const watch = new PolitenessWatch(1_000);
  const transport = simTransport({ upstream, clock, life, watch });
  const config = testConfig(
    ['one', 'two'].map((id) => sourceAt(`http://127.0.0.1:1${upstream.basePath}`, id)),
  );
  let ids = 0;
  const engineWith = (remembered: Awaited<ReturnType<MemoryStore['sources']>>): Engine =>
    new Engine({
      config,
      store,
      transport,
      state: new SimState().forLife(life, watch),
      clock,
      random: seededRandom(7),
      once: true,
      uniqueId: () => String((ids += 1)),
      emit: (event) => events.push(event),
      remembered,
    });
  return { clock, store, events, upstream, engineWith };
}

const AROUND = { version: '0', restarts: RESTARTS, uptimeMs: 0, incidents: [] } as const;

test('failures, retries and the last fetch are counted by source and go on after the engine', async () => {
  const { clock, store, upstream, engineWith } = twoSources(['any:500@3x2']);
  const engine = engineWith([]);
  const run = engine.run(new AbortController().signal);
  let ended = false;
  void run.then(() => (ended = true));
  while (!ended) await clock.runNext();
  await keepStates(engine, store, clock, AbortSignal.abort());
  expect(upstream.pending()).toEqual([]);

  const stored = await store.sources();
  expect(stored).toHaveLength(2);
  expect(stored.reduce((sum, { failures }) => sum + failures, 0)).toBe(2);
  expect(stored.reduce((sum, { retries }) => sum + retries, 0)).toBeGreaterThanOrEqual(2);
  const answers = upstream.ledger.entries.flatMap((entry) => (entry.type === 'response' ? [entry.at] : []));
  const last = Math.max(...stored.map(({ lastSuccessAt }) => lastSuccessAt ?? 0));
  expect(last).toBeGreaterThanOrEqual(Math.max(...answers));

  const next = engineWith(stored);
  expect(next.sources().map(({ id, health: { failures, retries } }) => ({ id, failures, retries }))).toEqual(
    stored.map(({ id, failures, retries }) => ({ id, failures, retries })),
  );
  expect(liveStatus(next, AROUND).connectionHealth).toMatchObject({
    failures: 2,
    lastSuccessfulFetch: new Date(last).toISOString(),
  });
});

test('a source that is held up is shown so while it waits, not as catching up', async () => {
  const { clock, store, engineWith } = twoSources(['any:429@1x*']);
  const engine = engineWith([]);
  const stopping = new AbortController();
  const run = engine.run(stopping.signal).catch(() => undefined);
  await clock.advance(60_000);
  const live = liveStatus(engine, AROUND).sources;
  expect(live.map(({ state }) => state)).toContain('throttled');
  await keepStates(engine, store, clock, AbortSignal.abort());
  expect((await store.sources()).map(({ state }) => state)).toEqual(live.map(({ state }) => state));
  stopping.abort();
  await clock.advance(1_000);
  await run;
});
