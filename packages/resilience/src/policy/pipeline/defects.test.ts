import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { breaker, constant, failureOf, fullJitter, resilient } from '../../index.ts';
import type { Wait } from '../../index.ts';
import { RESET, setup, stuck, throttled, watch } from '../testing/policy-setup.ts';

describe('defects of others that this policy does not have', () => {
  test('D1: abort during a backoff settles in the same tick with the reason, and calls nothing again', async () => {
    const { clock, policy, calls, failing } = setup();
    const controller = new AbortController();
    const reason = { stop: true };
    const run = watch(policy.run(failing(RESET), { signal: controller.signal }));
    await clock.advance(50);
    controller.abort(reason);
    await run.promise;
    expect(run.error).toBe(reason);
    expect(clock.monotonic()).toBe(50);
    await clock.advance(60_000);
    expect(calls).toHaveLength(1);
    expect(reason).toEqual({ stop: true });
    expect(failureOf(reason)).toBeUndefined();
  });

  test("D3: a caller's abort is not a timeout", async () => {
    const { clock, policy, events } = setup({ attemptTimeout: '1m', deadline: '1h' });
    const controller = new AbortController();
    const run = watch(policy.run(stuck, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort('enough');
    await run.promise;
    expect(run.error).toBe('enough');
    expect(events.filter((event) => event.type === 'timeout')).toHaveLength(0);
    expect(events.at(-1)).toMatchObject({ type: 'give-up', stopReason: 'aborted' });
    expect(clock.pending).toBe(0);
  });

  test('D5: a retry outside an open breaker waits for the circuit instead of spending attempts', async () => {
    const clock = new VirtualClock();
    const circuit = breaker({ name: 'c', failures: 2, openMs: 200, clock, random: { next: () => 0 } });
    const calls: number[] = [];
    const waits: Wait[] = [];
    const policy = resilient('d5', {
      retry: { network: { attempts: 5, backoff: constant(10) } },
      breaker: circuit,
      clock,
    });
    const run = watch(
      policy.run(
        async () => {
          calls.push(clock.monotonic());
          if (calls.length < 4) throw RESET();
          return 'up';
        },
        { onWait: (wait) => waits.push(wait) },
      ),
    );
    await clock.advance(2_000);
    expect(run.value).toBe('up');
    // Opens after the second failure for 200 ms, after the third for 400 ms.
    expect(calls).toEqual([0, 10, 210, 610]);
    expect(waits.map((wait) => wait.kind)).toEqual(['backoff', 'backoff', 'circuit', 'backoff', 'circuit']);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('D8: each attempt has its own signal; the timeout of one call leaves the other alone', async () => {
    const { clock, policy } = setup({ attemptTimeout: 200, retry: {} });
    const signals: AbortSignal[] = [];
    const slow = watch(policy.run(({ signal }) => (signals.push(signal), clock.sleep(500, { signal }))));
    await clock.advance(100);
    const innocent = watch(
      policy.run(({ signal }) => (signals.push(signal), clock.sleep(150, { signal }).then(() => 'ok'))),
    );
    await clock.advance(150);
    expect(slow.error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
    expect(innocent.value).toBe('ok');
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
    await policy.run(({ signal }) => expect(signal.aborted).toBe(false));
  });

  test('D11: the deadline interrupts a hung attempt, even one that ignores its signal', async () => {
    const { clock, policy } = setup({ deadline: 300 });
    const run = watch(policy.run(stuck));
    await clock.advance(300);
    expect(run.error).toMatchObject({
      name: 'TimeoutError',
      code: 'ERR_TIMEOUT_DEADLINE',
      stopReason: 'deadline',
    });
    expect(clock.pending).toBe(0);
  });

  test('D12: Retry-After is never undercut, nor cut to a cap of ours; jitter is only added', async () => {
    for (const next of [0, 0.999]) {
      const { clock, policy, calls, failing } = setup({
        retry: { 'rate-limit': { attempts: 1, backoff: fullJitter(10, 500) } },
        random: { next: () => next },
      });
      const run = watch(policy.run(failing(() => throttled(120_000))));
      await clock.advance(119_999);
      expect(calls).toHaveLength(1);
      await clock.advance(20_000);
      expect(calls).toHaveLength(2);
      expect(run.error).toMatchObject({ stopReason: 'attempts-exhausted', retryAfterMs: 120_000 });
    }
  });

  test.each([
    Object.assign(new Error('dns'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }),
    Object.assign(new Error('t'), { code: 'ETIMEDOUT', syscall: 'connect' }),
    Object.assign(new Error('h'), { code: 'UND_ERR_HEADERS_TIMEOUT' }),
    Object.assign(new Error('b'), { code: 'UND_ERR_BODY_TIMEOUT' }),
    Object.assign(new Error('c'), { code: 'UND_ERR_CONNECT_TIMEOUT' }),
  ])('D13: $code is retried under rules for network, dns and timeout, with jitter', async (cause) => {
    const rule = { attempts: 1, backoff: fullJitter('1s', '5m') };
    const { clock, policy, calls, failing } = setup({ retry: { network: rule, dns: rule, timeout: rule } });
    const run = watch(policy.run(failing(() => new TypeError('fetch failed', { cause }))));
    await clock.advance(1_000);
    expect(run.settled).toBe(true);
    expect(calls).toEqual([0, 500]);
  });

  test('D14: a cancelled call is never retried, even when the reason looks like a timeout', async () => {
    const rule = { attempts: 9, backoff: constant(1) };
    const { clock, policy, calls, events } = setup({
      retry: { timeout: rule, network: rule, unknown: rule },
    });
    const controller = new AbortController();
    const reason = new DOMException('The operation timed out', 'TimeoutError');
    const run = watch(
      policy.run(({ signal }) => (calls.push(1), clock.sleep(1_000, { signal })), {
        signal: controller.signal,
      }),
    );
    await clock.advance(5);
    controller.abort(reason);
    await clock.advance(5_000);
    expect(run.error).toBe(reason);
    expect(calls).toHaveLength(1);
    expect(events.some((event) => event.type === 'retry')).toBe(false);
    await expect(policy.run(stuck, { signal: controller.signal })).rejects.toBe(reason);
  });

  test('D15: a Retry-After beyond what we would ever wait gives up instead of being cut', async () => {
    const { policy, failing } = setup({ retry: { 'rate-limit': { attempts: 3, backoff: constant('1s') } } });
    const tenYears = 10 * 365 * 86_400_000;
    await expect(policy.run(failing(() => throttled(tenYears)))).rejects.toMatchObject({
      stopReason: 'retry-after-too-long',
      retryAfterMs: tenYears,
    });
  });

  test('D16: a wait that cannot end before the deadline fails at once, with the time', async () => {
    const { clock, policy, failing } = setup({
      deadline: '1m',
      retry: { 'rate-limit': { attempts: 3, backoff: constant('1s') } },
      random: { next: () => 0 },
    });
    await expect(policy.run(failing(() => throttled(60_000)))).rejects.toMatchObject({
      stopReason: 'deadline',
      retryAfterMs: 60_000,
    });
    expect(clock.monotonic()).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
