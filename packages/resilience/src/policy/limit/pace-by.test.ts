import { expect, test } from 'vitest';
import { paceBy } from './pace-by.ts';
import { rateLimit } from './rate-limit.ts';
import { MovableClock } from './testing/fake-clock.ts';

test('a success that says that nothing is left pauses the limiter until the reset', () => {
  const limiter = rateLimit('100/s', { clock: new MovableClock() });
  expect(paceBy(limiter, { ratelimit: '"a";r=0;t=30' }, { now: 0, key: 'a' })).toBe(30_000);
  expect(limiter.reserve('a').waitMs).toBe(30_000);
  expect(limiter.reserve().waitMs).toBe(0);
  expect(paceBy(limiter, { ratelimit: '"a";r=0;t=5' }, { now: 0 })).toBe(5_000);
  expect(limiter.reserve().waitMs).toBe(5_010);
});

test('while something is left, or nothing is said, it goes on', () => {
  const limiter = rateLimit('100/s', { clock: new MovableClock() });
  expect(paceBy(limiter, { ratelimit: '"a";r=1;t=30' }, { now: 0 })).toBe(0);
  expect(paceBy(limiter, {}, { now: 0 })).toBe(0);
  expect(limiter.reserve().waitMs).toBe(0);
});

test('times since the epoch are measured as it is told', () => {
  const limiter = rateLimit('100/s', { clock: new MovableClock() });
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767268860' };
  expect(paceBy(limiter, headers, { now: 1_767_268_800_000 })).toBe(60_000);
  expect(paceBy(limiter, headers, { now: 0, date: 'Thu, 01 Jan 2026 11:59:30 GMT' })).toBe(90_000);
});
