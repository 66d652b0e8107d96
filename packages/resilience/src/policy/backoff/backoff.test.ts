import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, VirtualClock } from '../../clock/index.ts';
import { constant, exponential, fullJitter, tokenBucket } from '../index.ts';

test('every backoff is positive, finite and within its cap for retries 1 to 1025', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 0, max: 1e9 }),
      (seed, base, more) => {
        const random = seededRandom(seed);
        for (const backoff of [
          fullJitter(base, base + more),
          exponential(base, base + more),
          constant(base),
        ]) {
          for (const retry of [1, 2, 3, 10, 31, 32, 64, 100, 500, 1_024, 1_025]) {
            const delay = backoff.delayMs(retry, random);
            expect(delay > 0 && Number.isFinite(delay) && delay <= backoff.capMs).toBe(true);
          }
        }
      },
    ),
  );
  const extremes = [0, 1 - Number.EPSILON];
  for (const value of extremes) {
    for (let retry = 1; retry <= 1_025; retry += 1) {
      const delay = fullJitter('1s', '5m').delayMs(retry, { next: () => value });
      expect(delay > 0 && delay <= 300_000).toBe(true);
    }
  }
});

test('D15: full jitter spreads over the whole range, with the mean of the reference', () => {
  const random = seededRandom(7);
  const samples = Array.from({ length: 20_000 }, () => fullJitter(1_000, 1e9).delayMs(3, random));
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  // Uniform in (0, 4000]: mean 2000, standard error 8.2.
  expect(Math.abs(mean - 2_000)).toBeLessThan(40);
  expect(Math.min(...samples)).toBeLessThan(50);
  expect(Math.max(...samples)).toBeGreaterThan(3_950);
});

test('a backoff that cannot work is refused', () => {
  expect(() => fullJitter(0, 10)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
  expect(() => exponential('5m', '1s')).toThrow(expect.objectContaining({ field: 'exponential.cap' }));
  expect(Object.isFrozen(constant(5))).toBe(true);
});

describe('token bucket', () => {
  test('gives its capacity at once, then one token per refill time', async () => {
    const clock = new VirtualClock();
    const bucket = tokenBucket({ capacity: 3, refillMs: 1_000, clock });
    expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, true, false]);
    expect(bucket.waitMs()).toBe(1_000);
    await clock.advance(bucket.waitMs());
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  });

  test('never gives more than capacity plus what time refilled, and never holds more than its capacity', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.nat(20_000), { maxLength: 30 }),
        async (capacity, refillMs, pauses) => {
          const clock = new VirtualClock();
          const bucket = tokenBucket({ capacity, refillMs, clock });
          let taken = 0;
          for (const pause of pauses) {
            while (bucket.take()) taken += 1;
            expect(taken).toBeLessThanOrEqual(capacity + clock.monotonic() / refillMs + 1e-6);
            await clock.advance(pause);
            expect(bucket.snapshot().tokens).toBeLessThanOrEqual(capacity);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each([
    [99, 5],
    [-3, 0],
    [Number.NaN, 0],
    [2.5, 2.5],
  ])('a restored count of %d becomes %d of 5', (tokens, expected) => {
    const bucket = tokenBucket({
      capacity: 5,
      refillMs: '1s',
      restore: { tokens },
      clock: new VirtualClock(),
    });
    expect(bucket.snapshot().tokens).toBe(expected);
  });
});
