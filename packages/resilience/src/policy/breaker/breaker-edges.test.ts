import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from './breaker.ts';
import type { BreakerOptions } from './breaker-options.ts';
import { RollingCounts } from './rolling-counts.ts';
import { countWindow, timeWindow } from './windows.ts';

describe('a misspelt option is named', () => {
  test.each<[string, () => unknown]>([
    ['breaker.opnMs', () => breaker({ name: 'b', failures: 1, opnMs: 1 } as unknown as BreakerOptions)],
    ['window.cals', () => countWindow({ cals: 5 } as unknown as Parameters<typeof countWindow>[0])],
    ['window.lenth', () => timeWindow({ lenth: '1s' } as unknown as Parameters<typeof timeWindow>[0])],
  ])('%s', (field, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
  });
});

describe('rolling counts', () => {
  test('begin at any time, and forget one part of the window after the other', () => {
    let now = 5_300;
    const counts = new RollingCounts({ lengthMs: 1_000, buckets: 4 }, 2, () => now);
    counts.move();
    counts.add(0);
    counts.add(1, 5);
    now = 5_500;
    counts.move();
    counts.add(0, 2);
    expect([counts.sum(0), counts.sum(1), counts.sum(2)]).toEqual([3, 5, 0]);
    // The first part was 5,250 to 5,500, so it is forgotten with the part that begins at 6,250.
    now = 6_249;
    counts.move();
    expect([counts.sum(0), counts.sum(1)]).toEqual([3, 5]);
    now = 6_250;
    counts.move();
    expect([counts.sum(0), counts.sum(1)]).toEqual([2, 0]);
    now = 6_500;
    counts.move();
    expect([counts.sum(0), counts.sum(1)]).toEqual([0, 0]);
  });

  test('empty each part once, also where two are left behind', () => {
    let now = 0;
    const counts = new RollingCounts({ lengthMs: 400, buckets: 4 }, 1, () => now);
    for (const amount of [1, 2, 4, 8]) {
      counts.move();
      counts.add(0, amount);
      now += 100;
    }
    now = 500;
    counts.move();
    expect(counts.sum(0)).toBe(12);
    counts.move();
    expect(counts.sum(0)).toBe(12);
    counts.clear();
    expect(counts.sum(0)).toBe(0);
    now = 10_000;
    counts.move();
    expect(counts.sum(0)).toBe(0);
  });

  test('forget all when time runs backwards', () => {
    let now = 1_000;
    const counts = new RollingCounts({ lengthMs: 400, buckets: 4 }, 1, () => now);
    counts.add(0);
    now = 500;
    counts.move();
    expect(counts.sum(0)).toBe(0);
  });
});

test('a breaker that nobody hears opens all the same, and a refusal has a name', async () => {
  const clock = new VirtualClock();
  const circuit = breaker({ name: 'b', failures: 1, openMs: '1s', clock, random: { next: () => 0 } });
  const permit = circuit.permitted();
  if (permit instanceof Promise) throw new Error('has no state to read');
  void circuit.record('failure', permit);
  expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 1_000, openings: 1 });
  const refused = circuit.permitted();
  if (refused instanceof Promise || refused.allowed) throw new Error('is open');
  expect(refused.retryAfterMs).toBe(1_000);
  expect(circuit.refusal(refused)).toMatchObject({ name: 'CircuitOpenError', retryAfterMs: 1_000 });
  await clock.advance(1_000);
  const probe = circuit.permitted();
  expect(probe).toMatchObject({ allowed: true });
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '5' as unknown as number])(
  'a length of an opening of %s is replaced by the longest one',
  async (ms) => {
    const open = { ...constant('5s'), delayMs: () => ms };
    const circuit = breaker({ name: 'b', failures: 1, open, clock: new VirtualClock() });
    await circuit.record('failure', await circuit.permitted());
    expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 5_000, openings: 1 });
  },
);
