import { describe, expect, test } from 'vitest';
import { isVerdict } from '../../classify/verdict.ts';
import { VirtualClock } from '../../clock/index.ts';
import { adaptiveRate } from './adaptive-rate.ts';
import { perOrigin, rateLimit } from './rate-limit.ts';
import { RateLimitedError } from './rate-limited-error.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { MovableClock } from './testing/fake-clock.ts';

const thrown = (fn: () => unknown): unknown => {
  try {
    return fn();
  } catch (error) {
    return error;
  }
};
const waits = (limiter: RateLimiter, count: number, key?: string): number[] =>
  Array.from({ length: count }, () => limiter.reserve(key).waitMs);

describe('a rate limit', () => {
  test('spreads the starts evenly, without a window', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 2, per: '1s', clock });
    expect(waits(limiter, 4)).toEqual([0, 500, 1_000, 1_500]);
    clock.move(1_750);
    // The fourth started at 1,500, the next may at 2,000.
    expect(waits(limiter, 2)).toEqual([250, 750]);
    clock.move(60_000);
    expect(waits(limiter, 2)).toEqual([0, 500]);
    expect(limiter).toMatchObject({ limit: 2, perMs: 1_000 });
  });

  test('a task is not delayed by the edge of a window (p-queue #251)', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 500, clock });
    limiter.reserve();
    clock.move(499);
    expect(limiter.reserve().waitMs).toBe(1);
    clock.move(1);
    clock.move(500);
    expect(limiter.reserve().waitMs).toBe(0);
  });

  test('a burst starts at once after a rest, and then the rate holds', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 10, per: '1s', burst: 3, clock });
    expect(waits(limiter, 5)).toEqual([0, 0, 0, 100, 200]);
    clock.move(300);
    expect(waits(limiter, 2)).toEqual([0, 100]);
    clock.move(300);
    // One of the two starts at 400, so two intervals have gone without a call.
    expect(waits(limiter, 3)).toEqual([0, 0, 100]);
  });

  test('a reservation counts down, and stays at 0', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 100, clock });
    limiter.reserve();
    const second = limiter.reserve();
    clock.move(40);
    expect(second.waitMs).toBe(60);
    clock.move(60);
    expect(second.waitMs).toBe(0);
    clock.move(60);
    expect(second.waitMs).toBe(0);
  });

  test('each key has the whole limit, and none is a key too', () => {
    const limiter = rateLimit({ limit: 1, per: 100, clock: new MovableClock() });
    expect([waits(limiter, 2), waits(limiter, 2, 'a'), waits(limiter, 2, 'b')]).toEqual([
      [0, 100],
      [0, 100],
      [0, 100],
    ]);
  });

  test('a wall clock that steps changes nothing', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: '1m', clock });
    limiter.reserve();
    clock.stepWall(86_400_000);
    const next = limiter.reserve();
    expect(next.waitMs).toBe(60_000);
    clock.stepWall(-172_800_000);
    expect(next.waitMs).toBe(60_000);
  });

  test('who would wait longer than allowed is refused, and takes nothing', () => {
    const limiter = rateLimit({ limit: 1, per: 1_000, maxWait: '1s', clock: new MovableClock() });
    expect(waits(limiter, 2)).toEqual([0, 1_000]);
    const before = Error.stackTraceLimit;
    const error = thrown(() => limiter.reserve()) as RateLimitedError;
    expect(Error.stackTraceLimit).toBe(before);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({
      name: 'RateLimitedError',
      code: 'ERR_RATE_LIMITED',
      message: 'The rate limit lets the call start in 2s, and it may wait 1s.',
      retryAfterMs: 2_000,
      verdict: {
        category: 'rate-limit',
        scope: 'call',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_RATE_LIMITED',
        retryAfterMs: 2_000,
      },
    });
    expect(isVerdict(error.verdict)).toBe(true);
    expect(error.hint).not.toBe('');
    expect(error.stack).not.toContain('\n');
    expect(thrown(() => limiter.reserve())).toMatchObject({ retryAfterMs: 2_000 });
  });
});

describe('a cancelled reservation', () => {
  test('at the end gives its time to the next, only once', () => {
    const limiter = rateLimit({ limit: 1, per: 100, clock: new MovableClock() });
    limiter.reserve();
    const last = limiter.reserve();
    last.cancel();
    last.cancel();
    expect(waits(limiter, 2)).toEqual([100, 200]);
    last.cancel();
    expect(waits(limiter, 1)).toEqual([300]);
  });

  test('in the middle is taken by whoever asks next; later ones keep theirs', () => {
    const limiter = rateLimit({ limit: 1, per: 100, clock: new MovableClock() });
    const [, second, third, fourth] = Array.from({ length: 5 }, () => limiter.reserve());
    third?.cancel();
    second?.cancel();
    expect(fourth?.waitMs).toBe(300);
    expect(waits(limiter, 3)).toEqual([100, 200, 500]);
  });

  test('of many that are cancelled first to last none leaves a gap behind', () => {
    const limiter = rateLimit({ limit: 1, per: 100, burst: 2, clock: new MovableClock() });
    const all = Array.from({ length: 50 }, () => limiter.reserve());
    for (const reservation of all) reservation.cancel();
    expect(waits(limiter, 3)).toEqual([0, 0, 100]);
  });

  test('in any order leaves no gap either', () => {
    const limiter = rateLimit({ limit: 1, per: 100, clock: new MovableClock() });
    const all = Array.from({ length: 6 }, () => limiter.reserve());
    for (const index of [4, 1, 3, 5, 2, 0]) all[index]?.cancel();
    expect(waits(limiter, 2)).toEqual([0, 100]);
  });

  test('is given to nobody once its time is over', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 100, clock });
    const [, second] = Array.from({ length: 4 }, () => limiter.reserve());
    second?.cancel();
    clock.move(101);
    expect(limiter.reserve().waitMs).toBe(299);
    const third = limiter.reserve();
    limiter.reserve();
    clock.move(500);
    third.cancel();
    expect(limiter.reserve().waitMs).toBe(99);
  });

  test('is given on at the very moment at which it may start', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 100, clock });
    const [, second] = Array.from({ length: 3 }, () => limiter.reserve());
    clock.move(100);
    second?.cancel();
    expect(waits(limiter, 2)).toEqual([0, 200]);
  });

  test('at the end is given back after its time too, with what was cancelled before it', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 100, clock });
    const [, second, third] = Array.from({ length: 3 }, () => limiter.reserve());
    second?.cancel();
    clock.move(150);
    third?.cancel();
    expect(waits(limiter, 2)).toEqual([0, 100]);
    const last = limiter.reserve();
    clock.move(250);
    last.cancel();
    expect(limiter.reserve().waitMs).toBe(0);
  });

  test('can be reserved and cancelled again', () => {
    const limiter = rateLimit({ limit: 1, per: 100, clock: new MovableClock() });
    const [, second] = Array.from({ length: 3 }, () => limiter.reserve());
    second?.cancel();
    const again = limiter.reserve();
    expect(again.waitMs).toBe(100);
    again.cancel();
    second?.cancel();
    expect(waits(limiter, 2)).toEqual([100, 300]);
  });
});

describe('a pause', () => {
  test('puts off what is reserved and what comes, in order and at the same distances', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 100, clock });
    const reserved = Array.from({ length: 3 }, () => limiter.reserve());
    clock.move(50);
    limiter.pause(1_000);
    expect(reserved.map(({ waitMs }) => waitMs)).toEqual([1_000, 1_050, 1_150]);
    expect(limiter.reserve().waitMs).toBe(1_250);
    clock.move(1_100);
    expect(reserved.map(({ waitMs }) => waitMs)).toEqual([0, 0, 50]);
  });

  test('only ever extends', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 1, clock });
    limiter.pause(1_000);
    limiter.pause(200);
    limiter.pause(0);
    const first = limiter.reserve();
    expect(first.waitMs).toBe(1_000);
    clock.move(400);
    limiter.pause(700);
    expect(first.waitMs).toBe(700);
    clock.move(699);
    expect(first.waitMs).toBe(1);
    clock.move(1);
    expect(first.waitMs).toBe(0);
    clock.move(10_000);
    limiter.pause(5);
    expect(limiter.reserve().waitMs).toBe(5);
  });

  test('one after another keeps what is reserved at its distance', () => {
    const clock = new MovableClock();
    const limiter = rateLimit({ limit: 1, per: 100, clock });
    limiter.reserve();
    const second = limiter.reserve();
    limiter.pause(10);
    clock.move(20);
    limiter.pause(30);
    expect(second.waitMs).toBe(120);
    clock.move(120);
    expect(second.waitMs).toBe(0);
  });

  test('of one key leaves the others', () => {
    const limiter = rateLimit({ limit: 1, per: 1, clock: new MovableClock() });
    limiter.pause(500, 'a');
    expect([waits(limiter, 1, 'a'), waits(limiter, 1, 'b'), waits(limiter, 1)]).toEqual([[500], [0], [0]]);
  });

  test('makes who may not wait so long come again later', () => {
    const limiter = rateLimit({ limit: 1, per: 1, maxWait: 0, clock: new MovableClock() });
    limiter.pause(500);
    expect(thrown(() => limiter.reserve())).toMatchObject({ code: 'ERR_RATE_LIMITED', retryAfterMs: 500 });
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('of %d ms is refused', (ms) => {
    const limiter = rateLimit({ limit: 1, per: 1 });
    expect(thrown(() => limiter.pause(ms))).toMatchObject({ code: 'ERR_INVALID_OPTION', field: 'pause.ms' });
  });
});

describe('options', () => {
  test.each([
    ['1/3s', 1, 3_000],
    ['100/m', 100, 60_000],
    ['10/1.5s', 10, 1_500],
    [' 5 / 250ms ', 5, 250],
    ['2/d', 2, 86_400_000],
    ['2/h', 2, 3_600_000],
  ])('%j is %d per %d ms', (text, limit, perMs) => {
    expect(rateLimit(text)).toMatchObject({ limit, perMs });
  });

  test('a rate as text takes the other options beside it', () => {
    const limiter = rateLimit('1/s', { burst: 2, maxWait: 0, clock: new MovableClock() });
    expect(waits(limiter, 2)).toEqual([0, 0]);
    expect(thrown(() => limiter.reserve())).toMatchObject({ retryAfterMs: 1_000 });
  });

  test.each([
    ['3s', 'rate'],
    ['1/3', 'rate'],
    ['1/3 weeks', 'rate'],
    ['-1/s', 'rate'],
    ['x1/s', 'rate'],
    ['1/s!', 'rate'],
    ['', 'rate'],
    ['1/.s', 'rate.per'],
    ['0/s', 'rate.limit'],
    ['1/0s', 'rate.per'],
    [{ limit: 0.5, per: 1 }, 'rate.limit'],
    [{ limit: 1, per: 0 }, 'rate.per'],
    [{ limit: 1, per: 'soon' }, 'rate.per'],
    [{ limit: 1, per: 1, burst: 0 }, 'rate.burst'],
    [{ limit: 1, per: 1, burst: 1.5 }, 'rate.burst'],
    [{ limit: 1, per: 1, maxWait: -1 }, 'rate.maxWait'],
    [{ limit: 1, per: 1, maxWait: 'long' }, 'rate.maxWait'],
  ])('%j names %s', (options, field) => {
    expect(thrown(() => rateLimit(options))).toMatchObject({ code: 'ERR_INVALID_OPTION', field });
  });

  test('a text that is no rate is shown, as much of it as is useful', () => {
    expect(() => rateLimit('x'.repeat(100))).toThrow(`not "${'x'.repeat(40)}".`);
  });
});

describe('perOrigin', () => {
  test('takes whole addresses as keys, of which the origin counts', () => {
    const limiter = perOrigin('1/s', { clock: new MovableClock() });
    expect(waits(limiter, 1, 'https://a.org/1')).toEqual([0]);
    expect(waits(limiter, 1, 'https://A.org:443/2?x')).toEqual([1_000]);
    expect(waits(limiter, 1, 'https://a.org:444/')).toEqual([0]);
    limiter.pause(5_000, 'http://b.org/x');
    expect(waits(limiter, 1, 'http://b.org')).toEqual([5_000]);
    expect(limiter).toMatchObject({ limit: 1, perMs: 1_000 });
  });

  test('takes what is no address, or has no host, as it stands', () => {
    const limiter = perOrigin({ limit: 1, per: '1s', clock: new MovableClock() });
    expect([waits(limiter, 2, 'a'), waits(limiter, 1, 'b'), waits(limiter, 1)]).toEqual([
      [0, 1_000],
      [0],
      [0],
    ]);
    expect([waits(limiter, 1, 'file:///a'), waits(limiter, 1, 'file:///b')]).toEqual([[0], [0]]);
  });
});

test.each<[string, (clock: VirtualClock) => RateLimiter]>([
  ['a rate limit', (clock) => rateLimit('1/h', { clock })],
  ['an adaptive rate', (clock) => adaptiveRate({ clock })],
])('%s counts the sleep of the machine, and no step of the wall clock', async (_name, make) => {
  const clock = new VirtualClock();
  const rate = make(clock);
  rate.pause(7_200_000);
  clock.stepWall(3 * 3_600_000);
  expect(rate.reserve().waitMs).toBe(7_200_000);
  await clock.suspend(3_600_000);
  clock.stepWall(-3 * 3_600_000);
  const reserved = rate.reserve();
  expect(reserved.waitMs).toBeGreaterThanOrEqual(3_600_000);
  await clock.suspend(8 * 3_600_000);
  expect(reserved.waitMs).toBe(0);
});

test('what stands beside a rate holds whether the rate is a text or an object', () => {
  for (const rate of ['1/s', { limit: 1, per: '1s' }]) {
    for (const make of [rateLimit, perOrigin]) {
      const clock = new MovableClock();
      const limiter = make(rate, { burst: 2, maxWait: '1s', clock });
      expect(waits(limiter, 3)).toEqual([0, 0, 1_000]);
      expect(thrown(() => limiter.reserve())).toBeInstanceOf(RateLimitedError);
    }
  }
});
