import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { constant, tokenBucket } from '../index.ts';
import type { PolicyOptions } from '../index.ts';
import { watch } from '../policy/testing/policy-setup.ts';
import {
  assertFired,
  chaos,
  injectFault,
  injectHang,
  injectLatency,
  injectResult,
  injectThrowLate,
} from './index.ts';
import { attempt, onClock } from './testing/under-chaos.ts';

describe('faults through a policy', () => {
  test('a planned fault is retried away', async () => {
    const { clock, run } = onClock({ retry: { network: { attempts: 3, backoff: constant('1s') } } });
    const policy = injectFault('connection-reset', { times: '@1x2' });
    let calls = 0;
    const outcome = watch(run(policy.inject(() => (calls += 1))));
    await clock.advance(2_000);
    expect(outcome.value).toBe(1);
    assertFired(policy);
    expect([policy.calls, policy.injected]).toEqual([3, 2]);
  });

  test('a fault after the call loses a result that was made', async () => {
    const { clock, run } = onClock({ retry: { network: { attempts: 3, backoff: constant('1s') } } });
    const policy = injectFault('socket-closed', { times: '@1', phase: 'after' });
    let calls = 0;
    const outcome = watch(run(policy.inject(() => (calls += 1))));
    await clock.advance(1_000);
    expect(outcome.value).toBe(2);
    expect(policy.injected).toBe(1);
  });

  test('a fault after the call gives way to the error of the call, and does not count', async () => {
    const policy = injectFault('socket-closed', { phase: 'after' });
    const real = new Error('real');
    const failing = (): never => {
      throw real;
    };
    await expect(attempt(policy, failing)).rejects.toBe(real);
    expect([policy.calls, policy.injected]).toEqual([1, 0]);
  });

  test('a latency is spent on the clock, before or after the call', async () => {
    const { clock, run } = onClock();
    const called: number[] = [];
    const fn = (): number => called.push(clock.monotonic());
    const before = injectLatency('3s', { clock });
    const first = watch(run(before.inject(fn)));
    await clock.advance(2_999);
    expect([first.settled, called, before.injected]).toEqual([false, [], 1]);
    await clock.advance(1);
    expect([first.settled, called]).toEqual([true, [3_000]]);
    const second = watch(run(injectLatency('3s', { clock, phase: 'after' }).inject(fn)));
    await clock.advance(2_999);
    expect([second.settled, called]).toEqual([false, [3_000, 3_000]]);
    await clock.advance(1);
    expect(second.value).toBe(2);
  });

  test('a latency may be drawn, and what is no time fails the call', async () => {
    const { clock, run } = onClock();
    const outcome = watch(
      run(
        injectLatency((random) => 1_000 + random.next(), { clock, random: { next: () => 0.5 } }).inject(
          () => 1,
        ),
      ),
    );
    await clock.advance(1_000);
    expect(outcome.settled).toBe(false);
    await clock.advance(0.5);
    expect(outcome.value).toBe(1);
    const broken = injectLatency(() => Number.NaN, { clock });
    await expect(run(broken.inject(() => 1))).rejects.toMatchObject({ field: 'chaos.latency' });
  });

  test('a latency meets the attempt limit as a timeout, and leaves no timer', async () => {
    const { clock, run } = onClock({ attemptTimeout: '1s' });
    const policy = injectLatency('10s', { clock });
    const outcome = watch(run(policy.inject(() => 'never')));
    await clock.advance(1_000);
    expect(outcome.error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
    expect(clock.pending).toBe(0);
    assertFired(policy);
  });

  test('a result takes the place of the call', async () => {
    const { run } = onClock();
    let calls = 0;
    const before = injectResult(({ call }) => `instead ${call}`);
    expect(await run(before.inject(() => (calls += 1)))).toBe('instead 1');
    expect(calls).toBe(0);
    const after = injectResult(async () => 'lost', { phase: 'after' });
    expect(await run(after.inject(() => (calls += 1)))).toBe('lost');
    expect([calls, before.injected, after.injected]).toEqual([1, 1, 1]);
  });

  test('a hang is ended by the deadline although it ignores its signal', async () => {
    const { clock, run, late } = onClock({ deadline: '5s' });
    const policy = injectHang();
    const outcome = watch(run(policy.inject(() => 'never')));
    await clock.advance(5_000);
    expect(outcome.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE' });
    expect(late).toEqual([]);
    assertFired(policy);
  });

  test.each([
    [true, false],
    [false, true],
  ])('a hang that obeys its signal (%s) stays pending after an abort: %s', async (obeysSignal, pending) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const policy = injectHang({ obeysSignal, phase: 'after' });
    let calls = 0;
    const { signal } = controller;
    const outcome = watch(attempt(policy, () => (calls += 1), { signal }));
    await new VirtualClock().advance(0);
    expect([calls, outcome.settled, policy.injected]).toEqual([1, false, 1]);
    controller.abort(reason);
    await new VirtualClock().advance(0);
    expect([outcome.settled, outcome.error]).toEqual(pending ? [false, undefined] : [true, reason]);
    const late = watch(attempt(policy, () => 1, { signal }));
    await new VirtualClock().advance(0);
    expect(late.settled).toBe(!pending);
  });

  test('a late error is told, and is not the outcome', async () => {
    const { clock, run, late } = onClock({ attemptTimeout: '1s' });
    const error = new Error('late');
    const policy = injectThrowLate(() => error, { lateBy: '2s', clock });
    const outcome = watch(run(policy.inject(() => 'never')));
    await clock.advance(1_000);
    expect(outcome.error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
    await clock.advance(1_999);
    expect([late, policy.injected]).toEqual([[], 0]);
    await clock.advance(1);
    expect([late, policy.injected]).toEqual([[error], 1]);
  });

  test('a late error may come at once, also by name', async () => {
    const { clock, run, late } = onClock({ attemptTimeout: '1s' });
    const policy = injectThrowLate('connection-reset');
    const outcome = watch(run(policy.inject(() => 'never')));
    await clock.advance(999);
    expect([outcome.settled, policy.injected]).toEqual([false, 0]);
    await clock.advance(1);
    expect(late).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(clock.pending).toBe(0);
  });
});

test('as the innermost stage of a policy, chaos meets every attempt of every run', async () => {
  const storm = chaos(
    injectFault('too-many-requests', { times: '@1' }),
    injectFault('dns-temporary', { times: '@2' }),
    injectHang({ times: '@1' }),
  );
  const { clock, run } = onClock({
    chaos: storm,
    attemptTimeout: '10s',
    retry: {
      'rate-limit': { attempts: 1, backoff: constant(1) },
      dns: { attempts: 1, backoff: constant(1) },
      timeout: { attempts: 1, backoff: constant(1) },
    },
  });
  const attempts: number[] = [];
  const outcome = watch(run(({ attempt: number }) => attempts.push(number)));
  await clock.advance(30_000);
  expect([outcome.value, attempts]).toEqual([1, [4]]);
  assertFired(storm);
  expect(await run(({ attempt: number }) => number)).toBe(1);
  expect(storm.injected).toBe(3);
});

test('without a single answer a budget keeps the retries of a storm of faults within its tokens', async () => {
  const clock = new VirtualClock();
  const storm = injectFault('connection-refused', { rate: 1 });
  const options: PolicyOptions = {
    retry: { network: { attempts: 10, backoff: constant(1) } },
    budget: tokenBucket({ capacity: 5, refillMs: '1h', clock }),
  };
  const { run } = onClock(options, clock);
  const runs = Promise.allSettled(Array.from({ length: 10 }, () => run(storm.inject(() => 'never'))));
  await clock.advance(1_000);
  await runs;
  expect(storm.injected).toBe(15);
});
