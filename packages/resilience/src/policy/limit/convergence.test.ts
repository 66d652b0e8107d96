import { expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { seededRandom } from '../../clock/random.ts';
import { adaptive } from './adaptive.ts';
import { aimd } from './aimd.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import type { LimitAlgorithm } from './limit-algorithm.ts';
import { vegas } from './vegas.ts';
import { FakeServer } from './testing/fake-server.ts';

interface World {
  readonly clock: VirtualClock;
  readonly server: FakeServer;
  readonly limit: ConcurrencyLimit;
  /** Runs for so long: mean limit (sampled every 100 ms) and calls done. */
  readonly observe: (ms: number) => Promise<{ readonly limit: number; readonly done: number }>;
}

/** More callers than places, each of which calls again at once, before a server of ten workers and 100 ms. */
function world(algorithm: LimitAlgorithm, initial: number, max = 100): World {
  const clock = new VirtualClock();
  const server = new FakeServer(clock, seededRandom(7), 10, 100);
  const limit = adaptive({ initial, max, algorithm, queue: Number.POSITIVE_INFINITY });
  const caller = async (): Promise<never> => {
    for (;;) {
      const slot = await limit.acquire();
      const start = clock.monotonic();
      await server.call();
      slot.release('success', clock.monotonic() - start);
    }
  };
  for (let count = 0; count < max; count += 1) void caller();
  const observe = async (ms: number): Promise<{ readonly limit: number; readonly done: number }> => {
    const before = server.done;
    let sum = 0;
    for (let at = 0; at < ms; at += 100) {
      await clock.advance(100);
      sum += limit.snapshot().limit;
    }
    return { limit: (sum * 100) / ms, done: server.done - before };
  };
  return { clock, server, limit, observe };
}

// Ten workers and 100 ms are 100 calls per second.
test.each([2, 10, 40])(
  'vegas from %d settles a little above what the server can do at once, at full throughput',
  async (initial) => {
    const { observe } = world(vegas(), initial);
    await observe(10_000);
    const settled = await observe(10_000);
    expect(settled.done).toBeGreaterThanOrEqual(900);
    expect(settled.limit).toBeGreaterThan(9);
    expect(settled.limit).toBeLessThan(20);
  },
);

test('vegas follows a server that loses half of its workers and gets them back', async () => {
  const { observe, server } = world(vegas(), 10);
  await observe(5_000);
  const full = await observe(10_000);
  server.workers = 5;
  await observe(10_000);
  const half = await observe(10_000);
  expect(half.limit).toBeLessThan(full.limit * 0.8);
  expect(half.done).toBeGreaterThanOrEqual(450);
  server.workers = 10;
  await observe(10_000);
  const again = await observe(10_000);
  expect(again.limit).toBeGreaterThan(full.limit * 0.8);
  expect(again.done).toBeGreaterThanOrEqual(900);
});

test('vegas learns a network that has become slower for good, and does not take it for a queue', async () => {
  const { observe, server } = world(vegas(), 10);
  await observe(5_000);
  // The same work takes three times as long, and there are three times as many workers.
  server.serviceMs = 300;
  server.workers = 30;
  await observe(50_000);
  const settled = await observe(10_000);
  expect(settled.done).toBeGreaterThanOrEqual(900);
});

test('aimd finds the limit of a server that refuses what is too much', async () => {
  const clock = new VirtualClock();
  const limit = adaptive({ initial: 50, algorithm: aimd(), queue: Number.POSITIVE_INFINITY });
  let [running, refused, done] = [0, 0, 0];
  const caller = async (): Promise<never> => {
    for (;;) {
      const slot = await limit.acquire();
      const tooMany = running >= 10;
      running += 1;
      await clock.sleep(tooMany ? 20 : 100);
      running -= 1;
      if (tooMany) refused += 1;
      else done += 1;
      slot.release(tooMany ? 'none' : 'success', 100, ...(tooMany ? (['rate-limit'] as const) : []));
    }
  };
  for (let count = 0; count < 60; count += 1) void caller();
  await clock.advance(5_000);
  [refused, done] = [0, 0];
  await clock.advance(10_000);
  expect(limit.snapshot().limit).toBeGreaterThanOrEqual(8);
  expect(limit.snapshot().limit).toBeLessThanOrEqual(11);
  expect(done).toBeGreaterThanOrEqual(900);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(done / 10);
});
