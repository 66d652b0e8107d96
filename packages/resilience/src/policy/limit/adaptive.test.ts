import { describe, expect, test } from 'vitest';
import { subscribe } from '../../telemetry/index.ts';
import { recordEvents } from '../../testing/index.ts';
import { adaptive } from './adaptive.ts';
import type { AdaptiveOptions } from './adaptive.ts';
import { aimd } from './aimd.ts';
import { BulkheadFullError } from './bulkhead-full-error.ts';
import type { ConcurrencyLimit, Slot } from './concurrency-limit.ts';
import type { LimitAlgorithm, LimitRound } from './limit-algorithm.ts';

/** Writes down the rounds; the next limit is what is said. */
function scripted(next: (round: LimitRound) => number): LimitAlgorithm & { readonly rounds: LimitRound[] } {
  const rounds: LimitRound[] = [];
  return {
    kind: 'scripted',
    rounds,
    begin: () => (round) => {
      rounds.push(round);
      return next(round);
    },
  };
}

function take(limit: ConcurrencyLimit, count: number): Slot[] {
  return Array.from({ length: count }, () => {
    const slot = limit.acquire();
    if (slot instanceof Promise) throw new Error('has to wait');
    return slot;
  });
}

const keep = (options: AdaptiveOptions = {}): [ConcurrencyLimit, LimitRound[]] => {
  const algorithm = scripted(({ limit }) => limit);
  return [adaptive({ initial: 2, algorithm, ...options }), algorithm.rounds];
};

describe('a round', () => {
  test('has as many calls as the limit, and the mean of their times', () => {
    const [limit, rounds] = keep();
    for (const slot of take(limit, 2)) slot.release('success', 100);
    expect(rounds).toEqual([{ limit: 2, meanMs: 100, dropped: false, busy: true }]);
    const [third, fourth] = take(limit, 2);
    third?.release('success', 100);
    expect(rounds).toHaveLength(1);
    fourth?.release('success', 300);
    expect(rounds[1]).toEqual({ limit: 2, meanMs: 200, dropped: false, busy: true });
  });

  test('has fifty calls when the limit is larger', () => {
    const [limit, rounds] = keep({ initial: 60 });
    const slots = take(limit, 60);
    for (const slot of slots.slice(0, 49)) slot.release('success', 10);
    expect(rounds).toHaveLength(0);
    slots[49]?.release('success', 10);
    expect(rounds).toHaveLength(1);
  });

  test('counts only calls that began in it', () => {
    const [limit, rounds] = keep({ initial: 3 });
    const [old, ...others] = take(limit, 3);
    // A drop ends the round; what began before it is not counted any more, not even a second drop.
    others[0]?.release('failure', 50, 'timeout');
    others[1]?.release('failure', 50, 'timeout');
    old?.release('success', 5_000);
    expect(rounds).toEqual([{ limit: 3, meanMs: 0, dropped: true, busy: true }]);
    for (const slot of take(limit, 3)) slot.release('success', 10);
    expect(rounds[1]).toEqual({ limit: 3, meanMs: 10, dropped: false, busy: true });
  });

  test('is busy when half of the places were taken at some moment', () => {
    const [limit, rounds] = keep({ initial: 4 });
    const one = (): void => take(limit, 1)[0]?.release('success', 1);
    for (let count = 0; count < 4; count += 1) one();
    expect(rounds[0]?.busy).toBe(false);
    take(limit, 2).forEach((slot) => slot.release('success', 1));
    one();
    one();
    expect(rounds[1]?.busy).toBe(true);
    for (let count = 0; count < 4; count += 1) one();
    expect(rounds[2]?.busy).toBe(false);
  });

  test('those who still run when it begins are counted as taken places', () => {
    const [limit, rounds] = keep({ initial: 4 });
    const [first, second] = take(limit, 2);
    for (let count = 0; count < 4; count += 1) take(limit, 1)[0]?.release('success', 1);
    for (let count = 0; count < 4; count += 1) take(limit, 1)[0]?.release('success', 1);
    expect(rounds.map(({ busy }) => busy)).toEqual([true, true]);
    first?.release('success', 1);
    second?.release('success', 1);
    expect(rounds).toHaveLength(2);
  });
});

describe('what teaches', () => {
  test.each([
    ['success', undefined, 'latency'],
    ['failure', undefined, 'drop'],
    ['failure', 'timeout', 'drop'],
    ['failure', 'rate-limit', 'drop'],
    ['none', 'rate-limit', 'drop'],
    ['failure', 'network', 'nothing'],
    ['none', 'timeout', 'nothing'],
    ['none', undefined, 'nothing'],
    ['none', 'cancelled', 'nothing'],
  ] as const)('%s of category %s: %s', (outcome, category, lesson) => {
    const [limit, rounds] = keep({ initial: 1 });
    take(limit, 1)[0]?.release(outcome, 10, category);
    const expected = { latency: [false], drop: [true], nothing: [] }[lesson];
    expect(rounds.map(({ dropped }) => dropped)).toEqual(expected);
    expect(limit.snapshot().running).toBe(0);
  });

  test('a call slower than the algorithm bears is a drop', () => {
    const algorithm = { ...scripted(({ limit }) => limit), slowMs: 100 };
    const limit = adaptive({ initial: 1, algorithm });
    take(limit, 1)[0]?.release('success', 100);
    take(limit, 1)[0]?.release('success', 100.1);
    expect(algorithm.rounds).toEqual([
      { limit: 1, meanMs: 100, dropped: false, busy: true },
      { limit: 1, meanMs: 0, dropped: true, busy: true },
    ]);
    const slow = adaptive({ initial: 10, algorithm: aimd({ timeoutMs: 100 }) });
    take(slow, 1)[0]?.release('success', 101);
    expect(slow.snapshot().limit).toBe(9);
  });

  test('a drop tells the mean of the successes before it', () => {
    const [limit, rounds] = keep({ initial: 3 });
    const [a, b, c] = take(limit, 3);
    a?.release('success', 100);
    b?.release('success', 50);
    c?.release('failure', 900, 'timeout');
    expect(rounds[0]).toMatchObject({ meanMs: 75, dropped: true });
  });
});

describe('the limit', () => {
  test('lets in those who wait as soon as it grows', async () => {
    const limit = adaptive({ initial: 1, queue: 5, algorithm: scripted(() => 3) });
    const [first] = take(limit, 1);
    const order: number[] = [];
    const waiting = [1, 2, 3, 4].map(async (id) => {
      const slot = await limit.acquire();
      order.push(id);
      return slot;
    });
    expect(limit.snapshot()).toMatchObject({ limit: 1, running: 1, queued: 4 });
    first?.release('success', 1);
    await Promise.all(waiting.slice(0, 3));
    expect(order).toEqual([1, 2, 3]);
    expect(limit.snapshot()).toMatchObject({ limit: 3, running: 3, queued: 1 });
  });

  test('falls without throwing anybody out, and admits nobody until there is room', () => {
    const limit = adaptive({ initial: 4, algorithm: scripted(() => 2) });
    const [a, b, c, d] = take(limit, 4);
    a?.release('failure', 1, 'timeout');
    expect(limit.snapshot()).toMatchObject({ limit: 2, running: 3 });
    expect(() => limit.acquire()).toThrow(BulkheadFullError);
    b?.release('none', 1);
    expect(() => limit.acquire()).toThrow(BulkheadFullError);
    c?.release('none', 1);
    take(limit, 1);
    d?.abandon();
    expect(limit.snapshot()).toEqual({ limit: 2, running: 2, queued: 0, abandoned: 1 });
  });

  test('stays between min and max, keeps its fraction and shows whole places', () => {
    const wishes = [0, 99, 3.75, 3.75];
    const algorithm = scripted(() => wishes.shift() ?? 1);
    const limit = adaptive({ initial: 4, min: 2, max: 6, algorithm });
    const drop = (): number => {
      take(limit, 1)[0]?.release('failure', 1);
      return limit.snapshot().limit;
    };
    expect([drop(), drop(), drop(), drop()]).toEqual([2, 6, 3, 3]);
    expect(algorithm.rounds.map((round) => round.limit)).toEqual([4, 2, 6, 3.75]);
  });

  test('begins at 20 between 1 and 200 with Vegas, or as near as it may', () => {
    expect(adaptive().snapshot().limit).toBe(20);
    expect(adaptive({ max: 5 }).snapshot().limit).toBe(5);
    expect(adaptive({ min: 30 }).snapshot().limit).toBe(30);
    expect(adaptive().kind).toBe('adaptive');
    const grown = adaptive({ initial: 1 });
    take(grown, 1)[0]?.release('success', 100);
    take(grown, 1)[0]?.release('success', 100);
    take(grown, 1)[0]?.release('success', 100);
    expect(grown.snapshot().limit).toBe(2);
    const largest = adaptive({ initial: 200 });
    for (const slot of take(largest, 200)) slot.release('none', 1);
    take(largest, 100).forEach((slot) => slot.release('success', 1));
    take(largest, 100).forEach((slot) => slot.release('success', 1));
    take(largest, 200).forEach((slot) => slot.release('success', 1));
    expect(largest.snapshot().limit).toBe(200);
    const least = adaptive({ initial: 1, algorithm: scripted(() => -5) });
    take(least, 1)[0]?.release('success', 1);
    expect(least.snapshot().limit).toBe(1);
  });

  test('tells of each change of the limit in whole calls, by name', async () => {
    const record = recordEvents();
    const wanted = [2.9, 2.1, 1, 1];
    const algorithm = scripted(() => wanted.shift() ?? 1);
    const limit = adaptive({ initial: 1, queue: 1, name: 'api', algorithm, onEvent: record.onEvent });
    const [first] = take(limit, 1);
    const second = limit.acquire() as Promise<Slot>;
    first?.release('success', 1);
    expect(record.events).toEqual([{ type: 'limit', limit: 'api', from: 1, to: 2 }]);
    (await second).release('none', 1);
    for (let i = 0; i < 3; i += 1) {
      expect(record.events).toHaveLength(i < 2 ? 1 : 2);
      take(limit, 1)[0]?.release('failure', 1);
    }
    expect(record.events.slice(1)).toEqual([{ type: 'limit', limit: 'api', from: 2, to: 1 }]);
    const heard: unknown[] = [];
    const stop = subscribe(({ event }) => heard.push(event));
    const nameless = adaptive({ initial: 1, algorithm: scripted(() => 3) });
    take(nameless, 1)[0]?.release('success', 1);
    stop();
    expect(heard).toEqual([{ type: 'limit', limit: 'adaptive', from: 1, to: 3 }]);
  });

  test('an algorithm that gives no number changes nothing', () => {
    const limit = adaptive({ initial: 2, algorithm: scripted(() => Number.NaN) });
    take(limit, 1)[0]?.release('failure', 1);
    expect(limit.snapshot().limit).toBe(2);
    expect(take(limit, 2)).toHaveLength(2);
  });

  test('refuses at once without a queue, by name', () => {
    const limit = adaptive({ initial: 1, name: 'api' });
    take(limit, 1);
    expect(() => limit.acquire()).toThrow('The bulkhead api is full: 1 may run at once and 0 wait.');
    expect(limit.name).toBe('api');
    expect('name' in adaptive()).toBe(false);
  });
});

test.each([
  [{ min: 0 }, 'concurrency.min'],
  [{ min: 1.5 }, 'concurrency.min'],
  [{ min: 5, max: 4 }, 'concurrency.max'],
  [{ initial: 0 }, 'concurrency.initial'],
  [{ min: 3, initial: 2 }, 'concurrency.initial'],
  [{ max: 3, initial: 4 }, 'concurrency.initial'],
  [{ queue: -1 }, 'concurrency.queue'],
])('%j names %s', (options, field) => {
  expect(() => adaptive(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
});
