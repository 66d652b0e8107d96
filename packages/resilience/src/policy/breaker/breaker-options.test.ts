import { expect, test } from 'vitest';
import { breaker, countWindow, fullJitter, timeWindow } from '../index.ts';
import type { BreakerOptions } from '../index.ts';

const window = countWindow({ calls: 5, failureRate: 0.5 });
const good = { name: 'b', failures: 1, openMs: '1s' };

test.each<[string, object, string]>([
  ['no name', { ...good, name: '' }, 'breaker.name must be a text'],
  ['a name that is no text', { ...good, name: 7 }, 'breaker.name must be a text'],
  ['no evidence', { name: 'b', openMs: '1s' }, 'breaker.window must be a countWindow(…) or timeWindow(…)'],
  ['a window by hand', { name: 'b', openMs: '1s', window: { calls: 5 } }, 'breaker.window must be'],
  ['both kinds of evidence', { ...good, window }, 'breaker.failures cannot be given together with window'],
  ['no failures', { ...good, failures: 0 }, 'breaker.failures must be a whole number of at least 1'],
  ['half a failure', { ...good, failures: 1.5 }, 'breaker.failures must be a whole number'],
  ['slow calls in a row', { ...good, slow: { afterMs: 1, rate: 1 } }, 'breaker.slow needs a window'],
  [
    'no length of slow calls',
    { name: 'b', openMs: 1, window, slow: { afterMs: 0, rate: 1 } },
    'breaker.slow.afterMs must be above 0',
  ],
  [
    'an impossible rate',
    { name: 'b', openMs: 1, window, slow: { afterMs: 1, rate: 1.1 } },
    'breaker.slow.rate must be a number from 0 to 1',
  ],
  ['no open time', { name: 'b', failures: 1 }, 'breaker.openMs must be milliseconds'],
  ['an open time of nothing', { ...good, openMs: 0 }, 'breaker.openMs must be above 0'],
  ['a ceiling below the floor', { ...good, maxOpenMs: 999 }, 'breaker.maxOpenMs must not be below openMs'],
  ['a ceiling that is none', { ...good, maxOpenMs: 'x' }, 'breaker.maxOpenMs must be milliseconds'],
  [
    'two rules of opening',
    { ...good, open: fullJitter('1s', '5s') },
    'breaker.open cannot be given together with openMs or maxOpenMs',
  ],
  [
    'a ceiling beside a backoff',
    { name: 'b', failures: 1, maxOpenMs: '5m', open: fullJitter('1s', '5s') },
    'breaker.open cannot be given together',
  ],
  ['a backoff that is none', { name: 'b', failures: 1, open: {} }, 'breaker.open must be a backoff'],
  [
    'a backoff without a ceiling',
    { name: 'b', failures: 1, open: { baseMs: 1_000, delayMs: () => 60_000 } },
    'breaker.open.capMs must be milliseconds',
  ],
  [
    'a backoff whose floor is no time',
    { name: 'b', failures: 1, open: { ...fullJitter('1s', '5s'), baseMs: Number.NaN } },
    'breaker.open.baseMs must be milliseconds',
  ],
  ['no probes', { ...good, halfOpenProbes: 0 }, 'breaker.halfOpenProbes must be a whole number'],
])('%s is refused by name', (_, options, message) => {
  expect(() => breaker(options as BreakerOptions)).toThrow(`Option ${message}`);
});

test.each<[string, () => unknown, string]>([
  [
    'no calls',
    () => countWindow({ calls: 0, failureRate: 1 }),
    'calls must be a whole number from 1 to 100000',
  ],
  ['too many calls', () => countWindow({ calls: 100_001, failureRate: 1 }), 'calls must be a whole number'],
  [
    'a minimum that cannot come',
    () => countWindow({ calls: 5, failureRate: 1, minimum: 6 }),
    'minimum must be a whole number from 1 to 5',
  ],
  [
    'a negative rate',
    () => countWindow({ calls: 5, failureRate: -0.1 }),
    'failureRate must be a number from 0',
  ],
  [
    'a rate in per cent',
    () => countWindow({ calls: 5, failureRate: 50 }),
    'failureRate must be a number from 0',
  ],
  [
    'a rate as text',
    () => countWindow({ calls: 5, failureRate: '1' as unknown as number }),
    'failureRate must be a number from 0 to 1',
  ],
  ['no length', () => timeWindow({ length: 0, failureRate: 1 }), 'length must be above 0'],
  [
    'too many buckets',
    () => timeWindow({ length: 1, failureRate: 1, buckets: 1_001 }),
    'buckets must be a whole number from 1 to 1000',
  ],
  [
    'a minimum of nothing',
    () => timeWindow({ length: 1, failureRate: 1, minimum: 0 }),
    'minimum must be a whole number of at least 1',
  ],
  [
    'two minimums',
    () => timeWindow({ length: 1, failureRate: 1, minimum: 1, minimumRps: 1 }),
    'minimumRps cannot be given together with minimum',
  ],
  [
    'no calls per second',
    () => timeWindow({ length: 1, failureRate: 1, minimumRps: 0 }),
    'minimumRps must be a number above 0',
  ],
  [
    'endless calls per second',
    () => timeWindow({ length: 1, failureRate: 1, minimumRps: Infinity }),
    'minimumRps must be a number above 0',
  ],
])('a window with %s is refused by name', (_, build, message) => {
  expect(build).toThrow(`Option window.${message}`);
});

test.each([
  [1.1, 11],
  [1.11, 12],
  [0.7, 7],
  [1e-9, 1],
])(
  '%d calls a second over 10 s are at least %d, whatever products of fractions leave over',
  (rps, minimum) => {
    expect(timeWindow({ length: '10s', failureRate: 1, minimumRps: rps }).minimum).toBe(minimum);
  },
);

test('so many calls a second that no number counts them are refused', () => {
  expect(() => timeWindow({ length: '10s', failureRate: 1, minimumRps: 1e308 })).toThrow(
    expect.objectContaining({ field: 'window.minimumRps' }),
  );
});

test('windows are plain data with their defaults', () => {
  expect(countWindow({ calls: 100_000, failureRate: 0 })).toEqual({
    kind: 'count',
    calls: 100_000,
    failureRate: 0,
    minimum: 100_000,
  });
  expect(countWindow({ calls: 5, failureRate: 1, minimum: 5 }).minimum).toBe(5);
  expect(timeWindow({ length: '10s', failureRate: 1 })).toEqual({
    kind: 'time',
    lengthMs: 10_000,
    buckets: 10,
    failureRate: 1,
    minimum: 10,
  });
  expect(timeWindow({ length: '1500ms', failureRate: 1, minimumRps: 3, buckets: 1_000 })).toMatchObject({
    buckets: 1_000,
    minimum: 5,
  });
  expect(Object.isFrozen(countWindow({ calls: 1, failureRate: 1 }))).toBe(true);
  expect(Object.isFrozen(timeWindow({ length: 1, failureRate: 1 }))).toBe(true);
});

test('a breaker tells its rules as plain data', () => {
  expect(breaker({ ...good, maxOpenMs: 1_000 }).rules).toEqual({
    failures: 1,
    growth: 'doubling',
    openMs: 1_000,
    maxOpenMs: 1_000,
    halfOpenProbes: 1,
  });
  const slow = { afterMs: '2s', rate: 0.5 };
  const open = fullJitter('1s', '5s');
  const { rules } = breaker({ name: 'b', window, slow, open, halfOpenProbes: 3 });
  expect(rules).toEqual({
    window,
    slow: { afterMs: 2_000, rate: 0.5 },
    growth: 'full-jitter',
    openMs: 1_000,
    maxOpenMs: 5_000,
    halfOpenProbes: 3,
  });
  expect(Object.isFrozen(rules)).toBe(true);
  expect(breaker({ name: 'b', window, openMs: 1 }).rules.slow).toBeUndefined();
});
