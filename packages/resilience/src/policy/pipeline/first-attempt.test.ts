import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { Breaker, Permit } from '../breaker/breaker.ts';
import { RESET, watch } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import { resilient } from './resilient.ts';

/** A first attempt that is made without the loop, and how the loop goes on after it. Nobody hears these runs. */

const RULE = { attempts: 2, backoff: constant('1s') };

/** Notes what it is asked and told. Its permits come at once or later, and so do its answers to what it is told. */
function spied(permits: (Permit | Promise<Permit>)[], onRecord: () => void | Promise<void> = () => {}) {
  const real = breaker({ name: 'b', failures: 99, openMs: '1h' });
  const log: unknown[] = [];
  const part: Breaker = {
    name: 'b',
    rules: real.rules,
    permitted: () => (log.push('permitted'), permits.shift() ?? real.permitted()),
    record: (outcome) => (log.push(outcome), onRecord()),
    refusal: (permit) => real.refusal(permit),
    probeNow: () => {},
    isolate: () => {},
    release: () => {},
    snapshot: () => real.snapshot(),
  };
  return { part, log, allowed: () => real.permitted() };
}

describe('a policy of retries alone', () => {
  test('tries again after a first attempt that failed, with its error', async () => {
    const clock = new VirtualClock();
    const policy = resilient('plain', { clock, retry: { network: RULE } });
    const starts: unknown[] = [];
    const run = watch(
      policy.run(async ({ attempt }) => {
        starts.push([attempt, clock.monotonic()]);
        if (attempt < 3) throw RESET();
        return 'ok';
      }),
    );
    await clock.advance(2_000);
    expect([run.value, starts]).toEqual([
      'ok',
      [
        [1, 0],
        [2, 1_000],
        [3, 2_000],
      ],
    ]);
  });

  test('rejects with the error of a first attempt that is not retried, and what is known of it', async () => {
    const clock = new VirtualClock();
    const policy = resilient('plain', { clock });
    const error = RESET();
    await expect(policy.run(() => Promise.reject(error))).rejects.toBe(error);
    expect(failureOf(error)).toMatchObject({
      stopReason: 'not-retryable',
      attempts: [{ attempt: 1, category: 'network', code: 'ECONNRESET', delayMs: 0 }],
    });
  });

  test('gives a value that is no promise, and passes on what is thrown at once', async () => {
    const policy = resilient('plain', { clock: new VirtualClock() });
    expect(await policy.run(({ attempt, signal }) => [attempt, signal.aborted])).toEqual([1, false]);
    const error = new Error('at once');
    const throwing = (): never => {
      throw error;
    };
    await expect(policy.run(throwing)).rejects.toBe(error);
  });
});

describe('a breaker that keeps its state', () => {
  test.each([[{}], [{ deadline: '1h' as const }]])(
    '%j: a success waits until it is remembered',
    async (more) => {
      const clock = new VirtualClock();
      const gate = Promise.withResolvers<void>();
      const { part, log } = spied([], () => gate.promise);
      const run = watch(resilient('x', { clock, breaker: part, ...more }).run(() => 'ok'));
      await clock.advance(1_000);
      expect([run.settled, log]).toEqual([false, ['permitted', 'success']]);
      gate.resolve();
      await clock.advance(0);
      expect([run.value, log]).toEqual(['ok', ['permitted', 'success']]);
    },
  );

  test('a failure waits until it is remembered, and so does its retry', async () => {
    const clock = new VirtualClock();
    const gate = Promise.withResolvers<void>();
    const { part, log } = spied([], () => gate.promise);
    const run = watch(
      resilient('x', { clock, breaker: part, retry: { network: RULE } }).run(async ({ attempt }) => {
        if (attempt === 1) throw RESET();
        return 'ok';
      }),
    );
    await clock.advance(5_000);
    expect(log).toEqual(['permitted', 'failure']);
    gate.resolve();
    await clock.advance(1_000);
    expect([run.value, log]).toEqual(['ok', ['permitted', 'failure', 'permitted', 'success']]);
  });

  test('leave that came later is for one attempt: the next asks anew', async () => {
    const clock = new VirtualClock();
    for (const later of [false, true]) {
      const { allowed } = spied([]);
      const { part, log } = spied([later ? Promise.resolve(allowed()) : allowed()]);
      const run = watch(
        resilient('x', { clock, breaker: part, retry: { network: RULE } }).run(async ({ attempt }) => {
          if (attempt === 1) throw RESET();
          return 'ok';
        }),
      );
      await clock.advance(1_000);
      expect([run.value, log]).toEqual(['ok', ['permitted', 'failure', 'permitted', 'success']]);
    }
  });
});
