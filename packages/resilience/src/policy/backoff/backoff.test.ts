import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, VirtualClock } from '../../clock/index.ts';
import type { Random } from '../../clock/index.ts';
import {
  atLeast,
  atMost,
  chain,
  constant,
  decorrelatedJitter,
  describeBackoff,
  equalJitter,
  exponential,
  fullJitter,
  linear,
  smoothJitter,
  sum,
  tokenBucket,
} from '../index.ts';
import type { Backoff } from '../index.ts';

const at = (value: number): Random => ({ next: () => value });
const BELOW_1 = 1 - Number.EPSILON / 2;

describe('delays, exactly', () => {
  test.each([
    ['constant', constant(70), 0.5, [70, 70, 70, 70, 70]],
    ['linear', linear(100, 350), 0.5, [100, 200, 300, 350, 350]],
    ['exponential', exponential(100, 700), 0.5, [100, 200, 400, 700, 700]],
    ['full jitter, the longest', fullJitter(100, 700), 0, [100, 200, 400, 700, 700]],
    ['full jitter', fullJitter(100, 700), 0.75, [25, 50, 100, 175, 175]],
    ['equal jitter, the shortest', equalJitter(100, 700), 0, [50, 100, 200, 350, 350]],
    ['equal jitter', equalJitter(100, 700), 0.5, [75, 150, 300, 525, 525]],
  ])('%s', (_name, backoff, random, expected) => {
    expect([1, 2, 3, 4, 5].map((retry) => backoff.delayMs(retry, at(random)))).toEqual(expected);
    // What is no retry's number counts as the first.
    expect(backoff.delayMs(0, at(random))).toBe(expected[0]);
  });

  test('decorrelated jitter grows from the delay before it, not from the number of the retry', () => {
    const backoff = decorrelatedJitter(100, 1_000);
    expect(backoff.delayMs(1, at(0))).toBe(100);
    expect(backoff.delayMs(9, at(0.5))).toBe(200);
    expect(backoff.delayMs(2, at(0.5), 200)).toBe(350);
    expect(backoff.delayMs(2, at(0), 900)).toBe(100);
    expect(backoff.delayMs(2, at(0.5), 900)).toBe(1_000);
  });

  test.each([
    ['NaN', Number.NaN, 200],
    ['0', 0, 200],
    ['less than the base', 99, 200],
    ['more than the cap', 5_000, 1_000],
    ['Infinity', Number.POSITIVE_INFINITY, 1_000],
  ])('decorrelated jitter after a delay of %s stays in its range', (_name, previousMs, expected) => {
    expect(decorrelatedJitter(100, 1_000).delayMs(2, at(0.5), previousMs)).toBe(expected);
    expect(decorrelatedJitter(100, 1_000).delayMs(2, at(0), previousMs)).toBe(100);
  });
});

const KINDS: readonly ((base: number, cap: number) => Backoff)[] = [
  (base) => constant(base),
  linear,
  exponential,
  fullJitter,
  equalJitter,
  decorrelatedJitter,
  smoothJitter,
  (base, cap) => chain([linear(base, cap), 2], [constant(base), 1], fullJitter(base, cap)),
  (base, cap) => sum(constant(base), smoothJitter(base, cap)),
  (base, cap) => atLeast(decorrelatedJitter(base, cap), base),
  (base, cap) => atMost(exponential(base, cap), base),
];
const EDGES = [1, 2, 3, 4, 31, 32, 33, 64, 512, 513, 514, 1_024, 1_025, 1_000_000];

test('every backoff is positive, finite and within its cap', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 0, max: 1e9 }),
      (seed, base, more) => {
        const random = seededRandom(seed);
        for (const make of KINDS) {
          const backoff = make(base, base + more);
          let previous: number | undefined;
          for (const retry of EDGES) {
            previous = backoff.delayMs(retry, random, previous);
            const good = previous > 0 && Number.isFinite(previous) && previous <= backoff.capMs;
            if (!good) expect.fail(`${backoff.kind} gave ${previous} before retry ${retry}`);
          }
        }
      },
    ),
  );
});

test('no draw, however small or large, leads out of the range in retries 1 to 1025', () => {
  for (const random of [at(0), at(BELOW_1)]) {
    for (const make of KINDS) {
      const backoff = make(1_000, 300_000);
      let previous: number | undefined;
      for (let retry = 1; retry <= 1_025; retry += 1) {
        previous = backoff.delayMs(retry, random, previous);
        const good = previous > 0 && Number.isFinite(previous) && previous <= backoff.capMs;
        if (!good) expect.fail(`${backoff.kind} gave ${previous} before retry ${retry}`);
      }
    }
  }
});

test('a cap without end keeps the delay finite', () => {
  const cap = Number.MAX_VALUE;
  expect(exponential(1, cap).delayMs(513, at(0))).toBe(2 ** 512);
  expect(exponential(1, cap).delayMs(5_000, at(0))).toBe(2 ** 512);
  expect(linear(1, cap).delayMs(1_000_000, at(0))).toBe(1_000_000);
  expect(Number.isFinite(smoothJitter(1, cap).delayMs(5_000, at(BELOW_1)))).toBe(true);
});

test.each([
  ['full-jitter.base', () => fullJitter(0, 10)],
  ['full-jitter.cap', () => fullJitter(10, 'never')],
  ['exponential.cap', () => exponential('5m', '1s')],
  ['constant.base', () => constant(0.5)],
  ['linear.step', () => linear(0, 10)],
  ['linear.cap', () => linear(10, 9)],
  ['equal-jitter.base', () => equalJitter('never', 10)],
  ['decorrelated-jitter.cap', () => decorrelatedJitter(10, 9)],
  ['smooth-jitter.cap', () => smoothJitter(10, 9)],
])('a backoff that cannot work is refused by naming %s', (field, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
});

test('a backoff is frozen and says what it is; 1 ms and a cap equal to the base are taken', () => {
  const named: readonly (readonly [string, Backoff])[] = [
    ['linear', linear('1s', '1s')],
    ['exponential', exponential('1s', '1s')],
    ['full-jitter', fullJitter('1s', '1s')],
    ['equal-jitter', equalJitter('1s', '1s')],
    ['decorrelated-jitter', decorrelatedJitter('1s', '1s')],
    ['smooth-jitter', smoothJitter('1s', '1s')],
    ['constant', constant('1s')],
  ];
  for (const [kind, backoff] of named) {
    expect(describeBackoff(backoff)).toEqual({ kind, baseMs: 1_000, capMs: 1_000 });
    expect(Object.isFrozen(backoff)).toBe(true);
  }
  expect(constant(1).delayMs(1, at(0))).toBe(1);
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
