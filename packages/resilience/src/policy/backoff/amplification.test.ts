import { describe, expect, test } from 'vitest';
import { seededRandom, VirtualClock } from '../../clock/index.ts';
import { constant, resilient, tokenBucket } from '../../index.ts';
import { RESET } from '../testing/policy-setup.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const SEED = 11;
const RUNS = FULL ? 20_000 : 1_000;
/** Runs that share a clock: a virtual clock looks through all its timers. */
const BATCH = 100;

/** Calls made per run, when each call fails with the given probability. */
async function callsPerRun(tries: number, failing: number, wanted: number): Promise<number> {
  const random = seededRandom(SEED);
  let calls = 0;
  for (let done = 0; done < wanted; done += BATCH) {
    const clock = new VirtualClock();
    const policy = resilient('amplified', {
      retry: { network: { attempts: tries - 1, backoff: constant(1) } },
      clock,
      random,
    });
    const runs = Array.from({ length: BATCH }, () =>
      policy.run(() => {
        calls += 1;
        if (random.next() < failing) throw RESET();
      }),
    );
    const settled = Promise.allSettled(runs);
    await clock.advance(tries);
    await settled;
  }
  return calls / wanted;
}

describe(`retries multiply requests by the sum of p^k, ${RUNS} runs (seed ${SEED})`, () => {
  test.each([
    [0.5, 3, 1.75, 0.83],
    [0.9, 5, 4.0951, 1.46],
  ])(
    'a call that fails with p = %f, tried %d times: %f calls',
    async (failing, tries, expected, deviation) => {
      const found = await callsPerRun(tries, failing, RUNS);
      // Four standard errors: the last number is the standard deviation of the calls of one run, or a little more.
      expect(Math.abs(found - expected)).toBeLessThan((4 * deviation) / Math.sqrt(RUNS));
    },
  );

  test.each([1, 2, 7])('a call that always fails, tried %d times: as many calls', async (tries) => {
    expect(await callsPerRun(tries, 1, BATCH)).toBe(tries);
  });
});

test('a budget of 10 % bounds what a dead upstream is asked at 1.1 times the requests', async () => {
  const clock = new VirtualClock();
  const requests = 500;
  const policy = resilient('bounded', {
    retry: { network: { attempts: 3, backoff: constant(1) } },
    // One request every 100 ms, one token a second: 10 %.
    budget: tokenBucket({ capacity: 2, refillMs: '1s', clock }),
    clock,
    random: seededRandom(SEED),
  });
  let calls = 0;
  const settled: Promise<unknown>[] = [];
  for (let sent = 0; sent < requests; sent += 1) {
    settled.push(
      policy
        .run(() => {
          calls += 1;
          throw RESET();
        })
        .catch((error: unknown) => error),
    );
    await clock.advance(100);
  }
  await Promise.all(settled);
  // The two tokens that were there at first come on top.
  expect(calls).toBeLessThanOrEqual(1.1 * requests + 2);
  expect(calls).toBeGreaterThanOrEqual(1.1 * requests - 1);
});
