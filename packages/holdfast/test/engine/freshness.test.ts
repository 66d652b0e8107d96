import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { createUpstream } from '@holdfast/upstream';
import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/config.ts';
import { Engine } from '../../src/engine/engine.ts';
import { emptyBook } from '../../src/engine/incidents/book.ts';
import { openIncidents } from '../../src/engine/incidents/reckon.ts';
import { turn } from '../../src/engine/incidents/turn.ts';
import type { EngineEvent } from '../../src/model/event.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { Generation } from '../simulation/generation.ts';
import { PolitenessWatch } from '../simulation/politeness-watch.ts';
import { SimState, simTransport } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';

/** A Tuesday noon; arXiv's next update is due on Wednesday at 02:30. */
const START = Date.UTC(2026, 9, 13, 12);

/** An engine on a simulated upstream whose batches come when the test says so. */
async function harvestOf(kind: 'arxiv' | 'biorxiv', start = START) {
  const clock = new VirtualClock({ start });
  const store = new MemoryStore({ clock });
  const now = () => clock.now();
  const upstream = createUpstream({
    kind,
    now,
    records: 40,
    days: 6,
    pageSize: 30,
    seed: 5,
    recordBytes: 300,
  });
  upstream.addRecords(3);
  const source: SourceConfig = {
    id: 'one',
    kind,
    baseUrl: `http://127.0.0.1:1${upstream.basePath}`,
    from: '5d',
    enabled: true,
    minIntervalMs: 1_000,
    timeouts: { connect: 1_000, firstByte: 60_000, idle: 10_000 },
  };
  const life = new Generation(Number.POSITIVE_INFINITY);
  const watch = new PolitenessWatch(1_000);
  let book = emptyBook([{ id: 'one', service: 'one' }]);
  const told: string[] = [];
  const emit = (event: EngineEvent): void => {
    book = turn(book, { type: 'event', at: clock.now(), event });
    if (event.kind === 'state' && event.state === 'stale')
      told.push(`${new Date(event.at).toISOString().slice(0, 16)} ${event.reason}`);
  };
  let ids = 0;
  const engine = new Engine({
    config: testConfig([source]),
    store,
    transport: simTransport({ upstream, clock, life, watch }),
    state: new SimState().forLife(life, watch),
    clock,
    random: seededRandom(5),
    once: false,
    uniqueId: () => String((ids += 1)),
    emit,
  });
  const stopping = new AbortController();
  const run = engine.run(stopping.signal).catch(() => undefined);
  const until = async (text: string): Promise<void> => {
    const at = Date.parse(`${text}:00Z`);
    while (clock.now() < at) await clock.advance(Math.min(60_000, at - clock.now()));
  };
  const state = (): string => engine.sources()[0]?.harvester.state ?? '';
  const open = (): readonly string[] => openIncidents(book).map(({ cause }) => cause);
  const stop = async (): Promise<void> => {
    stopping.abort(new Error('the test is over'));
    await clock.advance(1_000);
    await run;
  };
  return { upstream, until, state, open, told, stop };
}

describe('a batch that does not come', () => {
  it('is awaited by name, is told once it is late by its target, and ends by itself', async () => {
    const arxiv = await harvestOf('arxiv');
    await arxiv.until('2026-10-14T04:00');
    expect([arxiv.state(), arxiv.told]).toEqual(['ok', []]);
    await arxiv.until('2026-10-14T12:00');
    expect(arxiv.state()).toBe('stale');
    expect(arxiv.told).toHaveLength(1);
    expect(arxiv.told[0]).toContain(
      'awaits 2026-10-14: its upstream answers, and the newest day that it has is still 2026-10-13',
    );
    expect(arxiv.open()).toEqual([]);
    await arxiv.until('2026-10-15T05:00');
    expect(arxiv.told.at(-1)).toContain(
      'nothing newer than 2026-10-13 although 2026-10-14 should have been announced',
    );
    expect(arxiv.open()).toEqual(['stale']);
    arxiv.upstream.addRecords(4);
    await arxiv.until('2026-10-15T20:00');
    expect([arxiv.state(), arxiv.open()]).toEqual(['ok', []]);
    await arxiv.stop();
  });

  it('comes a day behind: what is late is over, and the next one is awaited', async () => {
    const arxiv = await harvestOf('arxiv');
    await arxiv.until('2026-10-15T02:45');
    arxiv.upstream.addRecords(4);
    await arxiv.until('2026-10-15T16:00');
    expect([arxiv.state(), arxiv.open()]).toEqual(['ok', []]);
    await arxiv.until('2026-10-16T16:00');
    expect(arxiv.told.at(-1)).toContain('awaits 2026-10-16');
    expect(arxiv.open()).toEqual([]);
    await arxiv.stop();
  });

  it('is no news over a weekend', async () => {
    const arxiv = await harvestOf('arxiv', Date.UTC(2026, 9, 16, 12));
    await arxiv.until('2026-10-19T03:00');
    expect([arxiv.state(), arxiv.told, arxiv.open()]).toEqual(['ok', [], []]);
    await arxiv.until('2026-10-19T16:00');
    expect(arxiv.told.length).toBeGreaterThan(0);
    expect(arxiv.told.filter((text) => !text.includes('awaits 2026-10-19'))).toEqual([]);
    await arxiv.stop();
  });

  it('of bioRxiv is awaited on a working day, and never on a weekend', async () => {
    const biorxiv = await harvestOf('biorxiv', Date.UTC(2026, 9, 16, 12));
    await biorxiv.until('2026-10-20T11:00');
    expect([biorxiv.state(), biorxiv.told]).toEqual(['ok', []]);
    await biorxiv.until('2026-10-20T20:00');
    expect(biorxiv.told[0]).toContain('awaits 2026-10-19');
    expect(biorxiv.open()).toEqual([]);
    await biorxiv.until('2026-10-21T08:00');
    expect(biorxiv.open()).toEqual(['stale']);
    await biorxiv.stop();
  });
});

describe('a stale batch with a fresh date', () => {
  it("is seen although yesterday's answer looks like today's", async () => {
    const arxiv = await harvestOf('arxiv');
    await arxiv.until('2026-10-14T02:35');
    arxiv.upstream.addRecords(4);
    for (const page of [1, 2, 3, 4]) arxiv.upstream.arm(`stale-batch@${String(page)}`);
    await arxiv.until('2026-10-14T05:00');
    expect(arxiv.upstream.pending().length).toBeLessThan(4);
    const before = arxiv.told.length;
    arxiv.upstream.disarm();
    await arxiv.until('2026-10-14T20:00');
    expect([arxiv.state(), arxiv.open()]).toEqual(['ok', []]);
    expect(before).toBe(1);
    await arxiv.stop();
  });
});
