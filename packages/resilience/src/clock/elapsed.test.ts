import { describe, expect, test } from 'vitest';
import { elapsed } from './elapsed.ts';
import { VirtualClock } from './virtual-clock.ts';

const HOUR = 3_600_000;

/** A clock whose three times are set by hand, with a count of the readings of boot time. */
function byHand(): { now: number; monotonic: number; boot: number; reads: number; time: () => number } {
  const set = { now: 5_000_000, monotonic: 100, boot: 700, reads: 0, time: () => 0 };
  const clock = Object.assign(new VirtualClock(), {
    now: () => set.now,
    monotonic: () => set.monotonic,
    boot: () => {
      set.reads += 1;
      return set.boot;
    },
  });
  set.time = elapsed(clock);
  set.reads = 0;
  return set;
}

describe('elapsed time', () => {
  test('goes on with monotonic time', async () => {
    const clock = new VirtualClock();
    const time = elapsed(clock);
    const start = time();
    await clock.advance(1_234);
    expect(time() - start).toBe(1_234);
  });

  test('counts every sleep of the machine once, also where monotonic time stands still', async () => {
    const clock = new VirtualClock();
    const time = elapsed(clock);
    const start = time();
    for (let night = 1; night <= 3; night += 1) {
      await clock.suspend(8 * HOUR);
      expect(time() - start).toBe(night * 8 * HOUR);
      expect(time() - start).toBe(night * 8 * HOUR);
    }
  });

  test('counts a sleep that monotonic time counted too only once', async () => {
    const clock = new VirtualClock();
    const time = elapsed(clock);
    const start = time();
    await clock.suspend(8 * HOUR, { monotonic: true });
    expect(time() - start).toBe(8 * HOUR);
  });

  test('does not notice steps of the wall clock in either direction', async () => {
    const clock = new VirtualClock();
    const time = elapsed(clock);
    const start = time();
    for (const step of [HOUR, -2 * HOUR, -HOUR, 30 * HOUR]) {
      clock.stepWall(step);
      expect(time() - start).toBe(0);
    }
    await clock.suspend(HOUR);
    expect(time() - start).toBe(HOUR);
  });

  test('takes 2 s between the clocks for drift and more for sleep', () => {
    const set = byHand();
    set.now += 2_000;
    set.boot += 2_000;
    expect(set.time()).toBe(100);
    expect(set.reads).toBe(0);
    set.now += 1;
    set.boot += 1;
    expect(set.time()).toBe(100 + 2_001);
    expect(set.reads).toBe(1);
  });

  test('takes 2 s of boot time for its coarseness, though the wall clock moved further', () => {
    const set = byHand();
    set.now += 5_000;
    set.boot += 2_000;
    expect(set.time()).toBe(100);
    expect(set.reads).toBe(1);
    expect(set.time()).toBe(100);
    // Once looked at, the wall clock's new lead is the known one.
    expect(set.reads).toBe(1);
  });

  test('reads boot time when the wall clock fell behind, too: it may have been set back during a sleep', () => {
    const set = byHand();
    set.now -= HOUR;
    set.boot += 3_000;
    expect(set.time()).toBe(100 + 3_000);
  });
});
