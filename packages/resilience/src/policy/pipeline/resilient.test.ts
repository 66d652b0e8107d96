import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { breaker, constant, failureOf, fullJitter, resilient, tokenBucket } from '../../index.ts';
import type { PolicyOptions, Verdict, Wait } from '../../index.ts';
import { RESET, setup, stuck, throttled, watch } from '../testing/policy-setup.ts';

describe('retrying', () => {
  test('calls again until it succeeds, and tells the attempt', async () => {
    const { clock, policy, events } = setup();
    const attempts: number[] = [];
    const run = watch(
      policy.run(async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw RESET();
        return 'done';
      }),
    );
    await clock.advance(2_000);
    expect(run.value).toBe('done');
    expect(attempts).toEqual([1, 2, 3]);
    expect(events.map((event) => event.type)).toEqual([
      'attempt',
      'failure',
      'wait',
      'retry',
      'attempt',
      'failure',
      'wait',
      'retry',
      'attempt',
      'success',
    ]);
    expect(clock.pending).toBe(0);
  });

  test('gives up with the original error, which tells its attempts and why', async () => {
    const { clock, policy, calls, failing } = setup({
      retry: { network: { attempts: 2, backoff: constant('1s') } },
    });
    const error = RESET();
    const run = watch(policy.run(failing(() => error)));
    await clock.advance(10_000);
    expect(run.error).toBe(error);
    expect(calls).toEqual([0, 1_000, 2_000]);
    expect(error).toMatchObject({ stopReason: 'attempts-exhausted' });
    expect(Object.keys(error)).toEqual(['code']);
    expect(
      failureOf(error)?.attempts.map(({ attempt, category, delayMs }) => [attempt, category, delayMs]),
    ).toEqual([
      [1, 'network', 1_000],
      [2, 'network', 1_000],
      [3, 'network', 0],
    ]);
  });

  test('a frozen error and a thrown text are passed on all the same', async () => {
    const { policy, failing } = setup();
    const frozen = Object.freeze(new Error('frozen'));
    await expect(policy.run(failing(() => frozen))).rejects.toBe(frozen);
    expect(failureOf(frozen)?.stopReason).toBe('not-retryable');
    await expect(policy.run(failing(() => 'text'))).rejects.toBe('text');
  });

  test('a function that throws at once is treated as one that rejects', async () => {
    const { policy } = setup();
    const error = new Error('sync');
    const run = policy.run(() => {
      throw error;
    });
    await expect(run).rejects.toBe(error);
  });

  test('what must not be repeated is not, whatever the rules say', async () => {
    const verdict: Verdict = { category: 'network', scope: 'call', safeToReplay: 'no', evidence: 'event' };
    const { policy, calls, failing } = setup({ classify: () => verdict });
    await expect(policy.run(failing(RESET))).rejects.toMatchObject({ stopReason: 'not-retryable' });
    expect(calls).toHaveLength(1);
  });

  test('each category has its own count, and a hook runs before the retry', async () => {
    const seen: string[] = [];
    const login = async (verdict: Verdict): Promise<void> => void seen.push(verdict.category);
    const expired = Object.assign(new Error('401'), {
      verdict: { category: 'auth-expired', scope: 'auth', safeToReplay: 'yes', evidence: 'status' },
    });
    const { clock, policy, calls, failing } = setup({
      retry: {
        network: { attempts: 1, backoff: constant(10) },
        'auth-expired': { attempts: 1, backoff: constant(10), before: login },
      },
    });
    const errors = [RESET(), expired, expired];
    const run = watch(policy.run(failing(() => errors[calls.length - 1])));
    await clock.advance(100);
    expect(run.error).toBe(expired);
    expect([calls.length, seen]).toEqual([3, ['auth-expired']]);
  });

  test('a hook that fails ends the run with its error', async () => {
    const problem = new Error('login failed');
    const { clock, policy, failing } = setup({
      retry: { network: { attempts: 3, backoff: constant(10), before: () => Promise.reject(problem) } },
    });
    const run = watch(policy.run(failing(RESET)));
    await clock.advance(10);
    expect(run.error).toBe(problem);
    expect(failureOf(problem)?.stopReason).toBe('before-failed');
  });

  test('an unbounded run keeps a bounded history', async () => {
    const { clock, policy, failing } = setup({
      deadline: '10m',
      retry: { network: { attempts: Number.POSITIVE_INFINITY, backoff: constant('1s') } },
    });
    const run = watch(policy.run(failing(RESET)));
    await clock.advance(600_000);
    expect(failureOf(run.error)).toMatchObject({ stopReason: 'deadline', attempts: { length: 32 } });
  });
});

describe('waits', () => {
  test('a backoff of ours ends at once when somebody says so; a Retry-After does not', async () => {
    const waits: Wait[] = [];
    const { clock, policy, calls, failing } = setup({
      retry: {
        network: { attempts: 1, backoff: constant('1h') },
        'rate-limit': { attempts: 1, backoff: constant('1s') },
      },
    });
    const errors = [RESET(), throttled(5_000), throttled(5_000)];
    const run = watch(
      policy.run(
        failing(() => errors[calls.length - 1]),
        { onWait: (wait) => waits.push(wait) },
      ),
    );
    await clock.advance(100);
    expect(waits[0]).toMatchObject({ kind: 'backoff', attempt: 1, until: clock.now() + 3_599_900 });
    expect(waits[0]?.end()).toBe(true);
    await waits[0]?.over;
    await clock.advance(0);
    expect(calls).toEqual([0, 100]);
    expect(waits[0]?.end()).toBe(false);
    expect(waits[1]).toMatchObject({ kind: 'retry-after', attempt: 2 });
    expect(waits[1]?.end()).toBe(false);
    await clock.advance(4_999);
    expect(calls).toHaveLength(2);
    await clock.advance(2_000);
    expect(run.settled).toBe(true);
  });

  test('ending the wait for a circuit lets it probe', async () => {
    const clock = new VirtualClock();
    const circuit = breaker({ name: 'c', failures: 1, openMs: '1h', clock });
    const policy = resilient('p', {
      retry: { network: { attempts: 3, backoff: constant(10) } },
      breaker: circuit,
      clock,
    });
    let calls = 0;
    const run = watch(
      policy.run(
        async () => {
          calls += 1;
          if (calls === 1) throw RESET();
          return 'up';
        },
        { onWait: (wait) => void (wait.kind === 'circuit' && wait.end()) },
      ),
    );
    await clock.advance(10);
    expect(run.value).toBe('up');
  });

  test('while somebody else probes, ending every wait does not spin', async () => {
    const clock = new VirtualClock();
    const circuit = breaker({ name: 'c', failures: 1, openMs: '1h', clock });
    await circuit.record('failure', await circuit.permitted());
    circuit.probeNow();
    const probe = await circuit.permitted();
    const policy = resilient('p', {
      retry: { network: { attempts: 3, backoff: constant(10) } },
      breaker: circuit,
      clock,
    });
    const ended: boolean[] = [];
    const run = watch(policy.run(() => 'up', { onWait: (wait) => ended.push(wait.end()) }));
    await clock.advance(5_000);
    expect(run.settled).toBe(false);
    expect(ended.slice(0, 2)).toEqual([true, false]);
    // Two a second: one that is ended, one that is not.
    expect(ended.length).toBeLessThanOrEqual(12);
    await circuit.record('success', probe);
    await clock.advance(2_000);
    expect(run.value).toBe('up');
  });

  test('without retries an open circuit rejects at once, stackless and with the time', async () => {
    const clock = new VirtualClock();
    const circuit = breaker({ name: 'c', failures: 1, openMs: '1h', clock, random: { next: () => 0 } });
    const policy = resilient('p', { breaker: circuit, clock });
    await expect(policy.run(() => Promise.reject(RESET()))).rejects.toThrow('reset');
    const rejection = await policy.run(() => 'never').catch((error: unknown) => error);
    expect(rejection).toMatchObject({
      code: 'ERR_CIRCUIT_OPEN',
      retryAfterMs: 3_600_000,
      stopReason: 'circuit-open',
    });
    expect((rejection as Error).stack).not.toContain('\n    at ');
    expect(new Error('after').stack).toContain('\n    at ');
  });

  test('a listener that throws costs a warning, not the run', async () => {
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown): unknown => warnings.push(warning);
    process.on('warning', onWarning);
    const clock = new VirtualClock();
    const policy = resilient('p', {
      clock,
      onEvent: () => {
        throw new Error('bad listener');
      },
    });
    expect(await policy.run(() => 1)).toBe(1);
    await clock.advance(0);
    process.off('warning', onWarning);
    expect(String(warnings[0])).toContain('bad listener');
  });
});

describe('limits of an attempt', () => {
  test('progress holds the stall limit off; without it the attempt is given up and retried', async () => {
    const rule = { attempts: 1, backoff: constant(10) };
    const { clock, policy, events } = setup({ stall: '1s', retry: { timeout: rule } });
    const run = watch(
      policy.run(async ({ attempt, progress, signal }) => {
        for (let i = 0; i < 5; i += 1) {
          await clock.sleep(900, { signal });
          progress();
        }
        if (attempt === 1) await stuck();
        return attempt;
      }),
    );
    await clock.advance(20_000);
    expect(run.value).toBe(2);
    expect(events.filter((event) => event.type === 'timeout')).toEqual([
      { type: 'timeout', policy: 'test', run: expect.any(Number), attempt: 1, code: 'ERR_TIMEOUT_STALL' },
    ]);
  });

  test('an abandoned attempt never becomes an unhandled rejection; its outcome is an event', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): unknown => unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const { clock, policy, events } = setup({ attemptTimeout: 100, retry: {} });
    const run = watch(policy.run(() => clock.sleep(500).then(() => Promise.reject(new Error('late')))));
    await clock.advance(1_000);
    await clock.advance(0);
    process.off('unhandledRejection', onUnhandled);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
    expect(events.at(-1)).toMatchObject({ type: 'late', outcome: 'rejected', attempt: 1 });
    expect(unhandled).toEqual([]);
  });
});

describe('cost and bounds', () => {
  test('10,000 calls leave the listener count of a long-lived signal unchanged', async () => {
    const { clock, policy } = setup({ deadline: '1h', attemptTimeout: '1m' });
    const controller = new AbortController();
    let during = 0;
    for (let i = 0; i < 10_000; i += 1) {
      await policy
        .run(
          () => {
            during = Math.max(during, getEventListeners(controller.signal, 'abort').length);
            if (i % 2 === 1) throw new Error('odd');
            return i;
          },
          { signal: controller.signal },
        )
        .catch(() => undefined);
    }
    expect(during).toBe(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });

  test('a dead endpoint gets at most capacity + hour / refill retries, plus one request a run', async () => {
    const clock = new VirtualClock();
    const budget = tokenBucket({ capacity: 20, refillMs: '1m', clock });
    const policy = resilient('dead', {
      retry: { network: { attempts: Number.POSITIVE_INFINITY, backoff: fullJitter('100ms', '1s') } },
      budget,
      clock,
    });
    let requests = 0;
    let runs = 0;
    const reasons = new Set<unknown>();
    const supervise = async (): Promise<void> => {
      while (clock.monotonic() < 3_600_000) {
        runs += 1;
        await policy
          .run(() => {
            requests += 1;
            throw RESET();
          })
          .catch((error: unknown) => reasons.add(failureOf(error)?.stopReason));
        await clock.sleep(60_000);
      }
    };
    const supervisor = supervise();
    await clock.advance(3_700_000);
    await supervisor;
    expect(reasons).toEqual(new Set(['retry-budget-exhausted']));
    expect(requests).toBeGreaterThan(60);
    expect(requests).toBeLessThanOrEqual(20 + 60 + 1 + runs);
  });

  test('a budget that waits spends no more either', async () => {
    const clock = new VirtualClock();
    const budget = tokenBucket({ capacity: 3, refillMs: '1m', whenEmpty: 'wait', clock });
    const policy = resilient('dead', {
      deadline: '1h',
      retry: { network: { attempts: Number.POSITIVE_INFINITY, backoff: constant(1) } },
      budget,
      clock,
    });
    let requests = 0;
    const run = watch(policy.run(() => ((requests += 1), Promise.reject(RESET()))));
    await clock.advance(3_600_000);
    expect(failureOf(run.error)?.stopReason).toBe('deadline');
    expect(requests).toBeGreaterThan(50);
    expect(requests).toBeLessThanOrEqual(1 + 3 + 60);
  });
});

describe('construction', () => {
  test.each([
    ['deadline', { deadline: 'soon' }],
    ['attemptTimeout', { attemptTimeout: 0 }],
    ['retry.network.attempts', { retry: { network: { attempts: -1, backoff: constant(1) } } }],
    ['retry.network.attempts', { retry: { network: { attempts: 1.5, backoff: constant(1) } } }],
    ['retry.nonsense', { retry: { nonsense: { attempts: 1, backoff: constant(1) } } }],
    ['retry.cancelled', { retry: { cancelled: { attempts: 1, backoff: constant(1) } } }],
    ['retry.network.backoff', { retry: { network: { attempts: 1, backoff: 5 } } }],
  ])('an invalid %s is named', (field, options) => {
    expect(() => resilient('x', options as PolicyOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }),
    );
  });

  test('describes itself outermost first, and wraps a function', async () => {
    const { policy, clock } = setup({
      deadline: '1h',
      attemptTimeout: '1m',
      budget: tokenBucket({ capacity: 1, refillMs: 5 }),
    });
    expect(policy.describe().stages.map((stage) => stage.stage)).toEqual([
      'deadline',
      'retry',
      'budget',
      'attempt-timeout',
    ]);
    const double = policy.wrap(async ({ attempt }, n: number, text: string) => `${attempt}:${n * 2}${text}`);
    expect(await double(4, '!')).toBe('1:8!');
    expect(clock.pending).toBe(0);
  });
});
