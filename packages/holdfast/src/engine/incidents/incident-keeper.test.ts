import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { EngineEvent } from '../../model/event.ts';
import type { Incident } from '../../model/incident.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { Counters } from '../counters.ts';
import { IncidentKeeper } from './incident-keeper.ts';

/** A keeper over a store in memory; `puts` holds what it wrote, write by write. */
function keeping(store: MemoryStore, clock: VirtualClock) {
  const puts: (readonly Incident[])[] = [];
  let isFull = false;
  const counters = new Counters();
  const keeper = new IncidentKeeper({
    store: {
      incidents: (query) => store.incidents(query),
      stats: () => store.stats(),
      gaps: () => store.gaps(),
      quarantine: () => store.quarantine(),
      putIncidents: async (incidents) => {
        if (isFull) throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
        puts.push(incidents);
        await store.putIncidents(incidents);
      },
    },
    clock,
    counters,
    sources: [{ id: 'a', service: 'a.example' }],
    exits: [],
    deadly: [],
  });
  const ending = new AbortController();
  const run = keeper.run(ending.signal);
  const fails = (attempt: number): void => {
    const error = { code: 'ECONNREFUSED', message: 'refused', hint: '' };
    const wait = { why: 'backoff' as const, reason: 'refused', until: clock.now() + 1_000, attempt, error };
    const event: EngineEvent = { kind: 'wait', at: clock.now(), source: 'a', wait };
    keeper.observe(event);
  };
  const end = async (): Promise<void> => {
    ending.abort();
    await run;
  };
  return { keeper, counters, puts, fails, end, fill: (full: boolean) => void (isFull = full) };
}

test('changes are written together every two seconds, later when the disk is full, and what is open goes on', async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const first = keeping(store, clock);
  first.fails(1);
  await clock.advance(11_000);
  first.fill(true);
  for (let attempt = 2; attempt < 30; attempt += 1) first.fails(attempt);
  await clock.advance(10_000);
  expect(first.puts).toEqual([]);
  first.fill(false);
  await clock.advance(4_000);
  expect(first.puts).toHaveLength(1);
  expect(await store.incidents({ open: true })).toMatchObject([{ cause: 'outage', count: 29 }]);
  await first.end();

  const second = keeping(store, clock);
  await clock.advance(3_000);
  expect(second.keeper.open).toHaveLength(1);
  const at = clock.now();
  second.keeper.observe({ kind: 'window', at, source: 'a', window: 'w', look: 1, state: 'TAIL', reason: '' });
  await second.end();
  expect(await store.incidents({ open: true })).toEqual([]);
  expect(await store.incidents()).toHaveLength(1);
  expect(second.counters.read().incidentSeconds.count).toBe(1);
});

test('what happens before the book is open is not forgotten', async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const { keeper, end } = keeping(store, clock);
  keeper.observe({ kind: 'machine', at: clock.now(), change: 'woke', ms: 60_000, message: 'slept' });
  await clock.advance(3_000);
  await end();
  expect(await store.incidents()).toMatchObject([{ cause: 'asleep' }]);
});

test('what is told to be over before the book is open ends what the engine before left open', async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const first = keeping(store, clock);
  await clock.advance(1_000);
  first.keeper.backup('the disk is full');
  await clock.advance(3_000);
  await first.end();
  expect(await store.incidents({ open: true })).toMatchObject([{ cause: 'backup' }]);
  const second = keeping(store, clock);
  second.keeper.backup(null);
  await clock.advance(3_000);
  await second.end();
  expect(await store.incidents({ open: true })).toEqual([]);
});
