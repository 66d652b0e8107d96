import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { tokenBucket } from '../index.ts';
import type { TokenBucketOptions } from '../index.ts';

const HOUR = 3_600_000;

describe('a token bucket', () => {
  test('gives its capacity at once, then one token per refill time', async () => {
    const clock = new VirtualClock();
    const bucket = tokenBucket({ capacity: 3, refillMs: 1_000, clock });
    expect(bucket).toMatchObject({ kind: 'token-bucket', capacity: 3, refillMs: 1_000, whenEmpty: 'stop' });
    expect(bucket.waitMs('network')).toBe(0);
    expect([1, 2, 3, 4].map(() => bucket.take('network'))).toEqual([true, true, true, false]);
    expect(bucket.waitMs('network')).toBe(1_000);
    await clock.advance(999);
    expect(bucket.take('network')).toBe(false);
    expect(bucket.waitMs('network')).toBe(1);
    await clock.advance(1);
    expect([bucket.take('network'), bucket.take('network')]).toEqual([true, false]);
    expect(bucket.snapshot()).toEqual({ tokens: 0 });
  });

  test('a retry after a timeout costs two tokens, any other one, and none is taken when there are too few', async () => {
    const clock = new VirtualClock();
    const bucket = tokenBucket({ capacity: 3, refillMs: 1_000, whenEmpty: 'wait', clock });
    expect(bucket.whenEmpty).toBe('wait');
    expect(bucket.take('timeout')).toBe(true);
    expect(bucket.take('timeout')).toBe(false);
    expect(bucket.waitMs('timeout')).toBe(1_000);
    expect(bucket.waitMs()).toBe(0);
    expect(bucket.take()).toBe(true);
    expect(bucket.waitMs('timeout')).toBe(2_000);
    await clock.advance(500);
    expect(bucket.waitMs('timeout')).toBe(1_500);
    await clock.advance(1_500);
    expect(bucket.take('timeout')).toBe(true);
  });

  test('a bucket of one token pays for a timeout too', () => {
    const bucket = tokenBucket({ capacity: 1, refillMs: 1_000, clock: new VirtualClock() });
    expect(bucket.take('timeout')).toBe(true);
    expect(bucket.take('timeout')).toBe(false);
  });

  test('costs may be given by category', () => {
    const costs = { dns: 0.5, timeout: 1 };
    const bucket = tokenBucket({ capacity: 3, refillMs: 1_000, costs, clock: new VirtualClock() });
    for (const category of ['dns', 'timeout', 'network'] as const) bucket.take(category);
    expect(bucket.snapshot()).toEqual({ tokens: 0.5 });
  });

  test('time asleep refills it, steps of the wall clock do not', async () => {
    const clock = new VirtualClock();
    const bucket = tokenBucket({ capacity: 5, refillMs: HOUR, clock });
    for (let i = 0; i < 5; i += 1) bucket.take();
    clock.stepWall(100 * HOUR);
    expect(bucket.take()).toBe(false);
    clock.stepWall(-200 * HOUR);
    expect(bucket.take()).toBe(false);
    await clock.suspend(2 * HOUR);
    expect(bucket.snapshot()).toEqual({ tokens: 2 });
    await clock.suspend(200 * HOUR);
    expect(bucket.snapshot()).toEqual({ tokens: 5 });
  });

  test.each([
    [99, 5],
    [-3, 1],
    [Number.NaN, 1],
    [2.5, 2.5],
  ])(
    'a restored count of %d becomes %d, between its minimum of 1 and its capacity of 5',
    (tokens, expected) => {
      const options = { capacity: 5, refillMs: '1s', minimum: 1, clock: new VirtualClock() };
      expect(tokenBucket({ ...options, restore: { tokens } }).snapshot().tokens).toBe(expected);
    },
  );

  test('the minimum holds at a restart alone: it keeps nobody from spending all', () => {
    const bucket = tokenBucket({ capacity: 5, refillMs: '1s', minimum: 5, clock: new VirtualClock() });
    for (let i = 0; i < 5; i += 1) expect(bucket.take()).toBe(true);
    expect(bucket.take()).toBe(false);
  });

  test('a restored bucket without a minimum may be empty', () => {
    const restore = { tokens: -1 };
    const bucket = tokenBucket({ capacity: 5, refillMs: '1s', restore, clock: new VirtualClock() });
    expect(bucket.snapshot()).toEqual({ tokens: 0 });
  });

  test('many failing callers together retry no more often than capacity plus what time refilled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 100, max: 5_000 }),
        fc.array(fc.record({ pause: fc.nat(3_000), callers: fc.nat(20) }), { maxLength: 30 }),
        fc.constantFrom('network' as const, 'timeout' as const),
        async (capacity, refillMs, rounds, category) => {
          const clock = new VirtualClock();
          const bucket = tokenBucket({ capacity, refillMs, clock });
          const cost = category === 'timeout' ? Math.min(2, capacity) : 1;
          let retries = 0;
          for (const { pause, callers } of rounds) {
            await clock.advance(pause);
            let refused = 0;
            for (let i = 0; i < callers; i += 1) {
              if (bucket.take(category)) retries += 1;
              else refused += 1;
            }
            const allowed = capacity + clock.monotonic() / refillMs;
            expect(retries * cost).toBeLessThanOrEqual(allowed);
            // And nobody is refused while there is enough.
            if (refused > 0) expect(bucket.snapshot().tokens).toBeLessThan(cost);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each<[Partial<TokenBucketOptions> | object, string]>([
    [{ capacity: 0 }, 'capacity must be a whole number of at least 1'],
    [{ capacity: 1.5 }, 'capacity must be a whole number of at least 1'],
    [{ refillMs: 0 }, 'refillMs must be above 0'],
    [{ refillMs: 'soon' }, 'refillMs must be milliseconds'],
    [{ whenEmpty: 'cry' }, 'whenEmpty must be "stop" or "wait"'],
    [{ minimum: -1 }, 'minimum must be a number from 0 to the capacity'],
    [{ minimum: 6 }, 'minimum must be a number from 0 to the capacity'],
    [{ costs: { weather: 1 } }, 'costs.weather is not a category; known are network,'],
    [{ costs: { network: 0 } }, 'costs.network must be a number above 0, up to the capacity'],
    [{ costs: { network: 5.1 } }, 'costs.network must be a number above 0'],
    [{ costs: { network: Number.NaN } }, 'costs.network must be a number above 0'],
    [{ state: {} }, 'name must be a text when state is given'],
    [{ state: {}, name: '' }, 'name must be a text when state is given'],
  ])('%j is refused by name', (wrong, message) => {
    const options = { capacity: 5, refillMs: '1s', ...wrong } as TokenBucketOptions;
    expect(() => tokenBucket(options)).toThrow(`Option budget.${message}`);
  });

  test('the bounds of its options are allowed', () => {
    const bucket = tokenBucket({
      capacity: 1,
      refillMs: 1,
      minimum: 0,
      costs: { network: 1 },
      clock: new VirtualClock(),
    });
    expect(bucket.take('network')).toBe(true);
  });
});
