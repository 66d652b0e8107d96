import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { breaker, countWindow, timeWindow } from '../index.ts';
import type { Breaker, Outcome } from '../index.ts';
import { countTally, rowTally, timeTally } from './tally.ts';
import type { WindowCounts } from './tally.ts';

const NO_SLOW_RULE = Number.POSITIVE_INFINITY;

async function report(circuit: Breaker, outcome: Outcome): Promise<void> {
  await circuit.record(outcome, await circuit.permitted());
}

/** How many failures in a row open it. */
async function failuresToOpen(circuit: Breaker): Promise<number> {
  let failures = 0;
  while (circuit.snapshot().kind === 'closed' && failures < 100) {
    await report(circuit, 'failure');
    failures += 1;
  }
  return failures;
}

function d2(clock: VirtualClock): Breaker {
  const window = timeWindow({ length: '10s', failureRate: 0.5, minimumRps: 1 });
  return breaker({ name: 'd2', window, openMs: '1m', clock });
}

describe('D2: a time window forgets what is older than itself, however far the clock moved', () => {
  test('a fresh breaker needs ten failures', async () => {
    expect(await failuresToOpen(d2(new VirtualClock()))).toBe(10);
  });

  test.each<[string, (clock: VirtualClock) => Promise<void> | void, number]>([
    ['eight hours of work', (clock) => clock.advance(28_800_000), 10],
    ['eight hours of sleep that monotonic time leaves out', (clock) => clock.suspend(28_800_000), 10],
    ['eight hours of standing still', (clock) => clock.pause(28_800_000), 10],
    ['exactly its length', (clock) => clock.advance(10_000), 10],
    // Half of the calls failed, which is not more than half: one more failure is.
    ['a step of the wall clock forward', (clock) => clock.stepWall(28_800_000), 1],
    ['a step of the wall clock back', (clock) => clock.stepWall(-28_800_000), 1],
  ])('20 successes and 20 failures over 10 s, then %s', async (_, pass, needed) => {
    const clock = new VirtualClock();
    const circuit = d2(clock);
    for (let call = 0; call < 40; call += 1) {
      await report(circuit, call < 20 ? 'success' : 'failure');
      if (call < 39) await clock.advance(250);
    }
    expect(circuit.snapshot().kind).toBe('closed');
    await pass(clock);
    expect(await failuresToOpen(circuit)).toBe(needed);
  });
});

describe('the thresholds of a window', () => {
  test.each([
    // More than the share, from the minimum on; a quotient is compared, since 0.29 * 100 is below 29.
    [0.5, [4, 4], false],
    [0.5, [4, 5], true],
    [0.29, [71, 29], false],
    [0.29, [70, 30], true],
    [0, [9, 1], true],
    [1, [1, 99], false],
    [1, [0, 4], true],
  ] as const)('with a rate of %d, %j successes and failures open it: %j', (failureRate, [ok, bad], opens) => {
    const window = countWindow({ calls: 100, failureRate, minimum: 4 });
    const tally = countTally(window, NO_SLOW_RULE);
    for (let i = 0; i < ok; i += 1) tally.add(false, false);
    let opened = false;
    for (let i = 0; i < bad; i += 1) opened = tally.add(true, false);
    expect(opened).toBe(opens);
  });

  test('a success opens nothing, though it completes the minimum', () => {
    const tally = countTally(countWindow({ calls: 4, failureRate: 0.5 }), NO_SLOW_RULE);
    expect([true, true, true].map((failed) => tally.add(failed, false))).toEqual([false, false, false]);
    expect(tally.add(false, false)).toBe(false);
    expect(tally.add(true, false)).toBe(true);
  });

  test('slow calls have a rate of their own', () => {
    const tally = countTally(countWindow({ calls: 10, failureRate: 1, minimum: 2 }), 0.4);
    expect(tally.add(false, false)).toBe(false);
    expect(tally.add(false, false)).toBe(false);
    expect(tally.add(false, true)).toBe(false);
    expect(tally.add(true, true)).toBe(true);
    expect(tally.counts()).toEqual({ calls: 4, failures: 1, slow: 2 });
  });

  test('failures in a row are a row again after it was cleared', () => {
    const tally = rowTally(2);
    expect(tally.add(true, false)).toBe(false);
    tally.clear();
    expect(tally.add(true, false)).toBe(false);
    expect(tally.add(true, false)).toBe(true);
  });
});

describe('the numbers of a window', () => {
  test('of five seconds in five buckets, after jumps over one and several of them', () => {
    let now = 100_000;
    const window = timeWindow({ length: '5s', buckets: 5, failureRate: 1 });
    const tally = timeTally(window, NO_SLOW_RULE, () => now);
    const seen = (): number[] => Object.values<number>({ ...tally.counts() });
    tally.add(true, true);
    now += 100;
    tally.add(false, false);
    now += 899;
    tally.add(false, true);
    expect(seen()).toEqual([3, 1, 2]);
    now += 1;
    tally.add(true, false);
    expect(seen()).toEqual([4, 2, 2]);
    now += 2_000;
    tally.add(false, true);
    expect(seen()).toEqual([5, 2, 3]);
    // The bucket of the first three calls falls out, five buckets later and not before.
    now += 1_999;
    expect(seen()).toEqual([5, 2, 3]);
    now += 1;
    expect(seen()).toEqual([2, 1, 1]);
    now += 3_000;
    expect(seen()).toEqual([0, 0, 0]);
    tally.add(true, true);
    now += 4_999;
    expect(seen()).toEqual([1, 1, 1]);
    now += 1;
    expect(seen()).toEqual([0, 0, 0]);
    tally.add(true, true);
    tally.clear();
    expect(seen()).toEqual([0, 0, 0]);
  });

  test('are forgotten should time ever run backwards, rather than kept until it has caught up', () => {
    let now = 100_000;
    const window = timeWindow({ length: '5s', buckets: 5, failureRate: 1 });
    const tally = timeTally(window, NO_SLOW_RULE, () => now);
    tally.add(true, true);
    now -= 2_000;
    expect(tally.counts()).toEqual({ calls: 0, failures: 0, slow: 0 });
    tally.add(true, false);
    expect(tally.counts()).toEqual({ calls: 1, failures: 1, slow: 0 });
  });

  const CALL = fc.record({
    pause: fc.oneof(fc.nat(40), fc.nat(700)),
    failed: fc.boolean(),
    slow: fc.boolean(),
  });

  function among(calls: readonly { readonly failed: boolean; readonly slow: boolean }[]): WindowCounts {
    const failures = calls.filter(({ failed }) => failed).length;
    return { calls: calls.length, failures, slow: calls.filter(({ slow }) => slow).length };
  }

  test('of time agree with the list of calls, cut at the beginning of a bucket', () => {
    fc.assert(
      fc.property(
        fc.array(CALL, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(1_000),
        (calls, buckets, start) => {
          const window = timeWindow({ length: buckets * 50, buckets, failureRate: 0.5, minimum: 3 });
          let now = start;
          const tally = timeTally(window, 0.5, () => now);
          const all: { at: number; failed: boolean; slow: boolean }[] = [];
          for (const { pause, failed, slow } of calls) {
            now += pause;
            all.push({ at: now, failed, slow });
            const opened = tally.add(failed, slow);
            const oldest = Math.floor(now / 50) - buckets + 1;
            const seen = among(all.filter(({ at }) => Math.floor(at / 50) >= oldest));
            expect(tally.counts()).toEqual(seen);
            const bad = seen.failures / seen.calls > 0.5 || seen.slow / seen.calls > 0.5;
            expect(opened).toBe((failed || slow) && seen.calls >= 3 && bad);
          }
        },
      ),
    );
  });

  test('of calls agree with the end of the list of calls', () => {
    fc.assert(
      fc.property(
        fc.array(CALL, { maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(40),
        (calls, size, clearAt) => {
          const tally = countTally(countWindow({ calls: size, failureRate: 0.4 }), 0.6);
          let all: { failed: boolean; slow: boolean }[] = [];
          for (const [index, { failed, slow }] of calls.entries()) {
            if (index === clearAt) {
              tally.clear();
              all = [];
            }
            all.push({ failed, slow });
            const opened = tally.add(failed, slow);
            const seen = among(all.slice(-size));
            expect(tally.counts()).toEqual(seen);
            const bad = seen.failures / size > 0.4 || seen.slow / size > 0.6;
            expect(opened).toBe((failed || slow) && seen.calls === size && bad);
          }
        },
      ),
    );
  });
});
