import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { adaptive } from './adaptive.ts';
import { adaptiveRate } from './adaptive-rate.ts';
import { aimd } from './aimd.ts';
import { cubicNext, cubicStart } from './cubic.ts';
import { GcraSchedule } from './gcra.ts';
import { LearntRate } from './learnt-rate.ts';
import type { LimitRound } from './limit-algorithm.ts';
import { PausedTime } from './paused-time.ts';
import { Places } from './places.ts';
import type { Slot } from './concurrency-limit.ts';
import { MovableClock } from './testing/fake-clock.ts';
import { vegas } from './vegas.ts';

const RULES = { beta: 0.7, scale: 0.4, smooth: 0.8, minRate: 0.5, minCapacity: 1 };

describe('starts that were given back, when time goes on', () => {
  function six(burst = 1) {
    let now = 0;
    const schedule = new GcraSchedule({ intervalMs: 100, burst });
    const reserve = (): ReturnType<GcraSchedule['reserve']> => schedule.reserve(now, () => now);
    const all = Array.from({ length: 6 }, reserve);
    return {
      cancel: (...which: readonly number[]) => which.forEach((index) => all[index]?.cancel()),
      waits: (count: number) => Array.from({ length: count }, () => reserve().waitMs),
      move: (ms: number) => void (now += ms),
    };
  }

  test('of several the first is over: the second is given on', () => {
    const it = six();
    it.cancel(1, 3);
    it.move(150);
    expect(it.waits(2)).toEqual([150, 450]);
  });

  test('the last ones of a row are the end, whatever was given back before them', () => {
    const one = six();
    one.cancel(1, 4, 5);
    one.move(450);
    expect(one.waits(2)).toEqual([0, 100]);
    const two = six();
    two.cancel(1, 3, 4, 5);
    two.move(350);
    expect(two.waits(2)).toEqual([0, 100]);
  });

  test('none is given on twice, in whatever order they come back', () => {
    for (const order of [
      [4, 1, 3, 5, 2, 0],
      [0, 1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1, 0],
      [1, 3, 5, 0, 2, 4],
    ]) {
      const it = six();
      it.cancel(...order);
      expect(it.waits(7)).toEqual([0, 100, 200, 300, 400, 500, 600]);
    }
  });
});

describe('a learnt rate is idle', () => {
  const at = (now: number): LearntRate => new LearntRate(RULES, now);
  const clock = (): number => 0;

  test('more than ten minutes after it was made, used, taught or paused', () => {
    expect([at(0).isIdle(600_000), at(0).isIdle(600_001)]).toEqual([false, true]);
    const uses: readonly ((rate: LearntRate) => unknown)[] = [
      (rate) => rate.reserve(300_000, clock),
      (rate) => rate.learn(false, 300_000),
      (rate) => rate.pause(1, 300_000),
    ];
    for (const use of uses) {
      const rate = at(0);
      use(rate);
      expect([rate.isIdle(900_000), rate.isIdle(900_001)]).toEqual([false, true]);
    }
  });
});

test('an adaptive rate has the constants of the AWS SDKs, and the clock of the system', () => {
  expect(adaptiveRate().reserve().waitMs).toBe(0);
  const clock = new MovableClock();
  const rate = adaptiveRate({ clock });
  let state = cubicStart(RULES);
  for (let call = 1; call <= 60; call += 1) {
    clock.move(100);
    rate.learn(call === 30);
    state = cubicNext(state, call === 30, clock.monotonic() / 1_000, RULES);
  }
  expect(rate.snapshot()).toEqual({ perSecond: state.fillRate, measuredPerSecond: state.measuredRate });
  expect(state.fillRate).toBeGreaterThan(7);
});

test('a nanosecond is the least that is waited for', () => {
  const time = new PausedTime();
  expect([time.waitMs(1e-6, 0), time.waitMs(0.9e-6, 0), time.waitMs(-1, 0)]).toEqual([1e-6, 0, 0]);
});

describe('places', () => {
  const owner = { name: undefined, queue: 2, onTaken: () => 0, onEnded: () => {} };

  test('that become more let in who waits', async () => {
    const places = new Places(1, owner);
    void places.acquire(undefined);
    const second = places.acquire(undefined);
    places.resize(2);
    expect(places.snapshot()).toEqual({ limit: 2, running: 2, queued: 0, abandoned: 0 });
    (await second).release('none', 0);
    expect(places.snapshot().running).toBe(1);
  });

  test('leave the signal of whoever got one', async () => {
    const { signal } = new AbortController();
    const places = new Places(1, owner);
    const first = places.acquire(undefined) as Slot;
    const second = places.acquire(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    first.release('none', 0);
    await second;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

test('two of five places are not half of them, and three are', () => {
  for (const [taken, busy] of [
    [2, false],
    [3, true],
  ] as const) {
    const rounds: LimitRound[] = [];
    const algorithm = {
      kind: 'scripted',
      begin: () => (round: LimitRound) => (rounds.push(round), round.limit),
    };
    const limit = adaptive({ initial: 5, algorithm });
    const slots = Array.from({ length: taken }, () => limit.acquire() as Slot);
    for (const slot of slots) slot.release('success', 1);
    for (let call = taken; call < 5; call += 1) (limit.acquire() as Slot).release('success', 1);
    expect(rounds.map((round) => round.busy)).toEqual([busy]);
  }
});

test('vegas halves the limit after fifty busy rounds, and takes parts of calls for its bounds', () => {
  const round: LimitRound = { limit: 20, meanMs: 100, dropped: false, busy: true };
  const learn = vegas().begin();
  learn({ ...round, busy: false });
  const limits = Array.from({ length: 50 }, () => learn(round));
  expect([limits.slice(0, 49).every((limit) => limit === 21), limits[49]]).toEqual([true, 10]);
  const fine = vegas({ alpha: 0.25, beta: 0.5 }).begin();
  fine({ ...round, busy: false });
  // A queue of 0.4, which is between, and one of 0.6 or so.
  expect(fine({ ...round, meanMs: 100 / (1 - 0.02) })).toBe(20);
  expect(fine({ ...round, meanMs: 100 / (1 - 0.03) })).toBe(19);
});

test('aimd takes a limit in time of a part of a millisecond', () => {
  expect(aimd({ timeoutMs: 0.5 }).slowMs).toBe(0.5);
});
