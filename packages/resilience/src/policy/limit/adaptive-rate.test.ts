import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../clock/random.ts';
import { adaptiveRate } from './adaptive-rate.ts';
import { cubicNext, cubicStart } from './cubic.ts';
import type { CubicState } from './cubic.ts';
import { RateLimitedError } from './rate-limited-error.ts';
import { MovableClock } from './testing/fake-clock.ts';

const RULES = { beta: 0.7, scale: 0.4, smooth: 0.8, minRate: 0.5, minCapacity: 1 };

/** The tables of smithy-typescript's DefaultRateLimiter.spec.ts. */
describe('CUBIC as in the AWS SDKs', () => {
  test('measures and fills as the reference does, step by step', () => {
    const steps: [throttled: boolean, at: number, measured: number, fill: number][] = [
      [false, 0.2, 0, 0.5],
      [false, 0.4, 0, 0.5],
      [false, 0.6, 4.8, 0.5],
      [false, 0.8, 4.8, 0.5],
      [false, 1, 4.16, 0.5],
      [false, 1.2, 4.16, 0.6912],
      [false, 1.4, 4.16, 1.0976],
      [false, 1.6, 5.632, 1.6384],
      [false, 1.8, 5.632, 2.3328],
      [true, 2, 4.3264, 3.02848],
      [false, 2.2, 4.3264, 3.486639],
      [false, 2.4, 4.3264, 3.821874],
      [false, 2.6, 5.66528, 4.053386],
      [false, 2.8, 5.66528, 4.200373],
      [false, 3, 4.333056, 4.282037],
      [true, 3.2, 4.333056, 2.997426],
      [false, 3.4, 4.333056, 3.452226],
    ];
    let state = cubicStart(RULES);
    for (const [throttled, at, measured, fill] of steps) {
      state = cubicNext(state, throttled, at, RULES);
      expect(state.measuredRate).toBe(measured);
      expect(Number(state.fillRate.toFixed(6))).toBe(fill);
      expect(state.capacity).toBe(Math.max(1, at < 1.2 ? 0 : state.fillRate));
      expect(state.enabled).toBe(at >= 2);
    }
  });

  // Measured so high that twice of it is no bound.
  const known: CubicState = {
    ...cubicStart(RULES),
    lastMaxRate: 10,
    lastThrottleAt: 5,
    measuredRate: 1e6,
    measuredUntil: 1e6,
  };

  test.each([
    [5, 7],
    [6, 9.64893601],
    [7, 10.00003085],
    [8, 10.45328452],
    [9, 13.40869703],
    [10, 21.26626836],
    [11, 36.42599853],
  ])('a success at %d s after a throttle at 5 s and 10 per second gives %d', (at, rate) => {
    expect(cubicNext(known, false, at, RULES).fillRate).toBe(rate);
  });

  test.each([
    [5, 0.112],
    [6, 0.09333333],
    [7, 0.08],
    [8, 0.07],
    [9, 0.06222222],
  ])('a throttle of the first call at %d s gives %d', (at, rate) => {
    const next = cubicNext({ ...known, measuredRate: 0, measuredUntil: 0 }, true, at, {
      ...RULES,
      minRate: 0,
    });
    expect(next.fillRate).toBe(rate);
    expect(next.lastThrottleAt).toBe(at);
  });

  test('once it limits, the lower of what was sent and what was allowed is the rate that was too high', () => {
    const state = { ...known, enabled: true, fillRate: 20, measuredRate: 30 };
    expect(cubicNext(state, true, 6, RULES)).toMatchObject({ lastMaxRate: 20, fillRate: 14 });
    expect(cubicNext({ ...state, fillRate: 40 }, true, 6, RULES)).toMatchObject({
      lastMaxRate: 30,
      fillRate: 21,
    });
    expect(cubicNext({ ...state, enabled: false }, true, 6, RULES)).toMatchObject({ lastMaxRate: 30 });
  });

  test('never allows more than twice what is sent, nor less than the least', () => {
    expect(cubicNext({ ...known, measuredRate: 3 }, false, 11, RULES)).toMatchObject({
      fillRate: 6,
      capacity: 6,
    });
    expect(cubicNext({ ...known, measuredRate: 0.1 }, false, 11, RULES)).toMatchObject({
      fillRate: 0.5,
      capacity: 1,
    });
  });
});

describe('an adaptive rate', () => {
  test('limits nothing before the first throttle', () => {
    const limiter = adaptiveRate({ clock: new MovableClock() });
    expect([1, 2, 3].map(() => limiter.reserve().waitMs)).toEqual([0, 0, 0]);
    expect(limiter.snapshot()).toEqual({ perSecond: Number.POSITIVE_INFINITY, measuredPerSecond: 0 });
    expect(limiter).toMatchObject({ limit: Number.POSITIVE_INFINITY, perMs: 1_000 });
  });

  // smithy-typescript: getSendToken.
  test.each([
    [500, 892.8571428571428],
    [1_000, 1_785.7142857142856],
    [2_000, 2_000],
  ])('throttled at %d ms it waits %d ms for the first token', (at, waitMs) => {
    const clock = new MovableClock();
    clock.move(7_250);
    const limiter = adaptiveRate({ clock });
    clock.move(at);
    limiter.learn(true);
    expect(limiter.reserve().waitMs).toBeCloseTo(waitMs, 6);
  });

  /** Two per second, nothing saved. */
  const limiting = (options = {}): { clock: MovableClock; limiter: ReturnType<typeof adaptiveRate> } => {
    const clock = new MovableClock();
    const limiter = adaptiveRate({ clock, minRate: 2, ...options });
    limiter.learn(true);
    return { clock, limiter };
  };

  test('each waiter has a token of its own, in the order of asking', () => {
    const { clock, limiter } = limiting();
    const [first, second, third] = [limiter.reserve(), limiter.reserve(), limiter.reserve()];
    expect([first.waitMs, second.waitMs, third.waitMs]).toEqual([500, 1_000, 1_500]);
    clock.move(750);
    expect([first.waitMs, second.waitMs, third.waitMs]).toEqual([0, 250, 750]);
    expect(limiter.snapshot()).toEqual({ perSecond: 2, measuredPerSecond: 0 });
  });

  test('saves up no more than a second is worth', () => {
    const { clock, limiter } = limiting();
    clock.move(60_000);
    expect([1, 2, 3].map(() => limiter.reserve().waitMs)).toEqual([0, 500, 1_000]);
  });

  test('a lower rate takes what is saved above it, and moves all who wait', () => {
    const clock = new MovableClock();
    const limiter = adaptiveRate({ clock });
    for (let count = 0; count < 19; count += 1) limiter.learn(false);
    clock.move(1_000);
    limiter.learn(true);
    // 20 calls in a second, of which 0.8 count: 16, and of that 0.7.
    expect(limiter.snapshot()).toEqual({ perSecond: 11.2, measuredPerSecond: 16 });
    for (let count = 0; count < 5; count += 1) limiter.reserve();
    const waiting = limiter.reserve();
    // Half a token had come in the first second.
    const before = waiting.waitMs;
    expect(before).toBeCloseTo((5.5 / 11.2) * 1_000, 6);
    limiter.learn(true);
    expect(limiter.snapshot().perSecond).toBeCloseTo(7.84, 8);
    expect(waiting.waitMs).toBeCloseTo((5.5 / 7.84) * 1_000, 6);
    clock.move(20_000);
    limiter.learn(true);
    // One call in 20 seconds was measured: the least rate, and one token saved at most.
    clock.move(20_000);
    limiter.learn(true);
    expect(limiter.snapshot().perSecond).toBe(0.5);
    expect(limiter.reserve().waitMs).toBe(0);
    expect(limiter.reserve().waitMs).toBeCloseTo(2_000, 6);
  });

  test('a cancelled call gives its token to whoever asks next', () => {
    const { limiter } = limiting();
    const [first, second] = [limiter.reserve(), limiter.reserve()];
    second.cancel();
    second.cancel();
    expect(limiter.reserve().waitMs).toBe(1_000);
    first.cancel();
    expect(limiter.reserve().waitMs).toBe(1_000);
    const free = adaptiveRate({ clock: new MovableClock(), minRate: 2 });
    const early = free.reserve();
    free.learn(true);
    early.cancel();
    expect(free.reserve().waitMs).toBe(500);
  });

  test('tokens that are given back are not saved beyond what may be', () => {
    const { clock, limiter } = limiting({ minRate: 1 });
    const reserved = Array.from({ length: 5 }, () => limiter.reserve());
    clock.move(60_000);
    for (const reservation of reserved) reservation.cancel();
    expect([1, 2].map(() => limiter.reserve().waitMs)).toEqual([0, 1_000]);
  });

  test('a pause puts off everybody, limited or not, and fills nothing', () => {
    const { clock, limiter } = limiting();
    const first = limiter.reserve();
    clock.move(250);
    limiter.pause(1_000);
    limiter.pause(10);
    expect(first.waitMs).toBe(1_250);
    clock.move(1_000);
    expect(first.waitMs).toBe(250);
    const free = adaptiveRate({ clock });
    free.pause(300);
    expect([free.reserve().waitMs, free.reserve().waitMs]).toEqual([300, 300]);
    expect(() => free.pause(-1)).toThrow('pause.ms');
  });

  test('who would wait longer than allowed is refused, and takes nothing', () => {
    const { limiter } = limiting({ maxWait: '1s' });
    expect([limiter.reserve().waitMs, limiter.reserve().waitMs]).toEqual([500, 1_000]);
    expect(() => limiter.reserve()).toThrow(RateLimitedError);
    expect(() => limiter.reserve()).toThrow(expect.objectContaining({ retryAfterMs: 1_500 }));
  });

  test('each key learns for itself', () => {
    const { limiter } = limiting();
    expect(limiter.reserve('a').waitMs).toBe(0);
    limiter.learn(true, 'a');
    expect(limiter.reserve('a').waitMs).toBe(500);
    expect(limiter.snapshot('b').perSecond).toBe(Number.POSITIVE_INFINITY);
    limiter.pause(100, 'b');
    expect(limiter.reserve('b').waitMs).toBe(100);
  });

  test('a key is forgotten ten minutes after its last use, when keys are many; not while it is paused or owes', () => {
    const { clock, limiter } = limiting({ minRate: 0.001 });
    for (const key of ['idle', 'fresh', 'paused', 'owing']) limiter.learn(true, key);
    limiter.pause(3_600_000, 'paused');
    for (let count = 0; count < 9; count += 1) limiter.reserve('owing');
    for (let key = 0; key < 251; key += 1) limiter.reserve(`${key}`);
    clock.move(300_000);
    limiter.learn(true, 'fresh');
    clock.move(300_000.5);
    limiter.reserve('one more');
    expect(limiter.snapshot('paused').perSecond).toBe(0.001);
    expect(limiter.snapshot('owing').perSecond).toBe(0.001);
    expect(limiter.snapshot('fresh').perSecond).toBe(0.001);
    expect(limiter.snapshot('idle').perSecond).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    [{ beta: 0 }, 'rate.beta'],
    [{ beta: 1.1 }, 'rate.beta'],
    [{ scale: 0 }, 'rate.scale'],
    [{ smooth: 0 }, 'rate.smooth'],
    [{ smooth: 2 }, 'rate.smooth'],
    [{ minRate: 0 }, 'rate.minRate'],
    [{ maxWait: 'x' }, 'rate.maxWait'],
  ])('%j names %s', (options, field) => {
    expect(() => adaptiveRate(options)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }),
    );
  });

  // smithy: converges to 20 requests per second, ± 50 %, within 15 s.
  test.each([1, 2, 3])(
    'against a server of 20 per second it sends about as much after 15 s (seed %d)',
    (seed) => {
      const clock = new MovableClock();
      const random = seededRandom(seed);
      const limiter = adaptiveRate({ clock });
      let [tokens, filledAt, ok, throttled] = [20, 0, 0, 0];
      while (clock.monotonic() < 45_000) {
        const { waitMs } = limiter.reserve();
        // Somebody who could send 50 per second.
        clock.move(Math.max(waitMs, 10 + 20 * random.next()));
        const now = clock.monotonic();
        tokens = Math.min(20, tokens + ((now - filledAt) / 1_000) * 20);
        filledAt = now;
        const refused = tokens < 1;
        if (!refused) tokens -= 1;
        limiter.learn(refused);
        if (now < 15_000) continue;
        if (refused) throttled += 1;
        else ok += 1;
      }
      expect(ok / 30).toBeGreaterThan(10);
      expect((ok + throttled) / 30).toBeLessThan(30);
      expect(throttled).toBeGreaterThan(0);
      expect(throttled).toBeLessThan(ok / 5);
    },
  );
});
