import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { SourceStateName } from '../../model/event.ts';
import { SLOT_MS, type TimelineDay } from '../../model/timeline.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import type { Engine } from '../engine.ts';
import { TimelineKeeper } from './timeline-keeper.ts';

const SECOND = 1_000;
const DAY = '2026-05-18';

/** Two sources whose states a test sets, and every write of the keeper. */
function scene() {
  const clock = new VirtualClock({ start: Date.UTC(2026, 4, 18) });
  const store = new MemoryStore({ clock });
  const states: Record<'a' | 'b', SourceStateName> = { a: 'ok', b: 'ok' };
  const writes: { readonly at: number; readonly days: readonly TimelineDay[] }[] = [];
  let refusals = 0;
  const engine = {
    sources: () =>
      (['a', 'b'] as const).map((id) => ({ id, harvester: { state: states[id], reason: '', wait: null } })),
  } as unknown as Pick<Engine, 'sources'>;
  const keeper = new TimelineKeeper(
    engine,
    {
      timelines: (from) => store.timelines(from),
      putTimelines: async (days) => {
        writes.push({ at: clock.monotonic(), days });
        if ((refusals -= 1) >= 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        await store.putTimelines(days);
      },
    },
    clock,
  );
  const stopping = new AbortController();
  const run = keeper.run(stopping.signal);
  return {
    clock,
    states,
    writes,
    refuse: (count: number) => (refusals = count),
    /** The first slots of a source that a reader finds. */
    seen: async (source: string, slots: number) =>
      (await store.timelines(DAY)).find((day) => day.source === source)?.slots.slice(0, slots),
    stop: async () => {
      stopping.abort();
      await clock.advance(SECOND);
      await run;
    },
  };
}

test('the present slot is seen within ten seconds of the start, and a change within ten of it', async () => {
  const { clock, states, seen, stop } = scene();
  await clock.advance(10 * SECOND);
  expect([await seen('a', 2), await seen('b', 2)]).toEqual(['o.', 'o.']);
  await clock.advance(60 * SECOND);
  states.b = 'throttled';
  await clock.advance(10 * SECOND);
  expect([await seen('a', 2), await seen('b', 2)]).toEqual(['o.', 't.']);
  await stop();
});

test('while nothing changes there is one write per slot, of all sources together', async () => {
  const { clock, writes, seen, stop } = scene();
  await clock.advance(12 * SLOT_MS - SECOND);
  expect(writes).toHaveLength(12);
  expect(writes.map(({ days }) => days.length)).toEqual(Array.from({ length: 12 }, () => 2));
  await stop();
  expect(await seen('a', 12)).toBe('o'.repeat(12));
});

test('however often states change, writes are ten seconds apart, and the end writes the rest', async () => {
  const { clock, states, writes, seen, stop } = scene();
  const worse: readonly SourceStateName[] = ['catching-up', 'waiting', 'throttled', 'stale', 'blocked'];
  for (const state of worse) {
    states.a = state;
    await clock.advance(5 * SECOND);
  }
  await stop();
  expect(writes).toHaveLength(3);
  for (const [index, { at }] of writes.slice(1, -1).entries())
    expect(at - (writes[index]?.at ?? 0)).toBeGreaterThanOrEqual(10 * SECOND);
  expect(await seen('a', 1)).toBe('b');
});

test('what the disk refused is written when it can', async () => {
  const { clock, writes, refuse, seen, stop } = scene();
  refuse(2);
  await clock.advance(21 * SECOND);
  expect(writes).toHaveLength(2);
  expect(await seen('a', 1)).toBeUndefined();
  await clock.advance(10 * SECOND);
  expect(await seen('a', 1)).toBe('o');
  await stop();
});
