import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { memoryState } from '../../state/index.ts';
import type { JsonValue, StateStore } from '../../state/index.ts';
import { tokenBucket } from '../index.ts';
import type { TokenBucket } from '../index.ts';
import { restartCases } from '../testing/restarts.ts';

const HOUR = 3_600_000;

function build(clock: VirtualClock, state: StateStore, extra: object = {}): TokenBucket {
  return tokenBucket({ capacity: 4, refillMs: '10s', name: 'b', state, clock, ...extra });
}

async function takeAll(bucket: TokenBucket): Promise<number> {
  let taken = 0;
  while (await bucket.take('network')) taken += 1;
  return taken;
}

describe.each(restartCases())('a budget over the %s store', (_, place) => {
  test('goes on after a restart where it was, with what time refilled meanwhile', async () => {
    const clock = new VirtualClock();
    const open = place();
    const first = open();
    expect(await takeAll(build(clock, first))).toBe(4);
    await first.close();
    await clock.advance(25_000);
    const second = open();
    const bucket = build(clock, second);
    expect(await takeAll(bucket)).toBe(2);
    expect(bucket.waitMs('network')).toBe(5_000);
    await second.close();
  });

  test('is one budget for two instances', async () => {
    const clock = new VirtualClock();
    const open = place();
    const stores = [open(), open()] as const;
    const one = build(clock, stores[0]);
    const two = build(clock, stores[1]);
    expect(await one.take('network')).toBe(true);
    expect(await two.take('network')).toBe(true);
    expect(await one.take('network')).toBe(true);
    expect(await two.take('network')).toBe(true);
    expect(await one.take('network')).toBe(false);
    expect(await two.take('network')).toBe(false);
    await clock.advance(10_000);
    expect(await two.take('network')).toBe(true);
    expect(await one.take('network')).toBe(false);
    for (const store of stores) await store.close();
  });
});

describe('what is remembered of a budget', () => {
  test('is written under its name when something was taken, and not when nothing was', async () => {
    const clock = new VirtualClock({ start: 5_000 });
    const state = memoryState();
    const bucket = build(clock, state);
    expect(await state.get('budget:b')).toBeUndefined();
    await bucket.take('timeout');
    expect(await state.get('budget:b')).toEqual({ tokens: 2, spent: 2, at: 5_000 });
    await bucket.take('network');
    await bucket.take('network');
    await clock.advance(5_000);
    expect(await bucket.take('network')).toBe(false);
    expect(await state.get('budget:b')).toEqual({ tokens: 0, spent: 4, at: 5_000 });
  });

  test('a refusal at first reading leaves nothing behind', async () => {
    const state = memoryState();
    await state.update('budget:b', () => ({ tokens: 0, spent: 7, at: Date.UTC(2026, 0, 1) }));
    const bucket = build(new VirtualClock(), state);
    expect(await bucket.take()).toBe(false);
    expect(await bucket.take()).toBe(false);
    expect(await state.get('budget:b')).toEqual({ tokens: 0, spent: 7, at: Date.UTC(2026, 0, 1) });
  });

  test.each([
    ['back, which refills nothing', -HOUR, 0],
    ['forward, which refills no more than the capacity', HOUR, 4],
  ])('a wall clock stepped %s', async (_, step, expected) => {
    const state = memoryState();
    const clock = new VirtualClock();
    await takeAll(build(clock, state));
    clock.stepWall(step);
    expect(await takeAll(build(clock, state))).toBe(expected);
  });

  test('steps of the wall clock within a life do not count', async () => {
    const clock = new VirtualClock();
    const bucket = build(clock, memoryState());
    await takeAll(bucket);
    clock.stepWall(HOUR);
    expect(await takeAll(bucket)).toBe(0);
  });

  test('is clamped to the capacity, before and after what time refilled', async () => {
    const clock = new VirtualClock();
    const state = memoryState();
    await state.update('budget:b', () => ({ tokens: 99, spent: 1, at: clock.now() }));
    expect(await takeAll(build(clock, state))).toBe(4);
    await state.update('budget:b', () => ({ tokens: -99, spent: 1, at: clock.now() - 10_000 }));
    expect(await takeAll(build(clock, state))).toBe(1);
  });

  test('begins with the minimum at least', async () => {
    const clock = new VirtualClock();
    const state = memoryState();
    await takeAll(build(clock, state));
    expect(await takeAll(build(clock, state, { minimum: 2 }))).toBe(2);
  });

  test('others may have been forgotten: a count that went back takes nothing away', async () => {
    const clock = new VirtualClock();
    const state = memoryState();
    const bucket = build(clock, state);
    await bucket.take();
    await state.update('budget:b', () => ({ tokens: 4, spent: 0, at: clock.now() }));
    expect(await takeAll(bucket)).toBe(3);
  });

  test('a loss beyond what is there leaves nothing, and no debt', async () => {
    const clock = new VirtualClock();
    const state = memoryState();
    const bucket = build(clock, state);
    await bucket.take();
    await state.update('budget:b', () => ({ tokens: 0, spent: 100, at: clock.now() }));
    expect(await bucket.take()).toBe(false);
    await clock.advance(10_000);
    expect(await bucket.take()).toBe(true);
  });

  test.each<[string, JsonValue]>([
    ['text', 'empty'],
    ['null', null],
    ['tokens that are no number', { tokens: '0', spent: 0, at: 0 }],
    ['no spending', { tokens: 0, at: 0 }],
    ['no time', { tokens: 0, spent: 0, at: null }],
  ])('%s in the store counts as nothing', async (_, note) => {
    const state = memoryState();
    await state.update('budget:b', () => note);
    const start = Date.UTC(1970, 0, 1);
    expect(await takeAll(build(new VirtualClock({ start }), state))).toBe(4);
  });

  test('a store that repeats its updates takes once, and counts what others took in between', async () => {
    const clock = new VirtualClock();
    const inner = memoryState();
    let repeats = 0;
    const state: StateStore = {
      ...inner,
      update: async (key, change) => {
        change(await inner.get(key));
        repeats += 1;
        // Somebody else was quicker.
        if (repeats === 2) await inner.update(key, () => ({ tokens: 0, spent: 2, at: clock.now() }));
        return await inner.update(key, change);
      },
    };
    const bucket = build(clock, state);
    expect(await bucket.take()).toBe(true);
    expect(bucket.snapshot()).toEqual({ tokens: 3 });
    expect(await inner.get('budget:b')).toMatchObject({ tokens: 3, spent: 1 });
    expect(await takeAll(bucket)).toBe(2);
    expect(repeats).toBe(4);
  });

  test('a store that fails is told to whoever wanted to take', async () => {
    const state: StateStore = {
      ...memoryState(),
      update: async () => {
        throw new Error('disk');
      },
    };
    await expect(build(new VirtualClock(), state).take()).rejects.toThrow('disk');
  });
});
