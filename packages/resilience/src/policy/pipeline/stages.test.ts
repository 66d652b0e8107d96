import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import {
  afterAttempts,
  afterElapsed,
  breaker,
  bulkhead,
  constant,
  defaultRetry,
  failureOf,
  fullJitter,
  rateLimit,
  resilient,
  tokenBucket,
} from '../../index.ts';
import type { AttemptFunction, ChaosPolicy, PolicyOptions } from '../../index.ts';
import { RESET, setup, stuck, throttled, watch } from '../testing/policy-setup.ts';

const CALM: ChaosPolicy = { name: 'calm', inject: (fn) => fn };
const RULE = { attempts: 1, backoff: constant(10) };

describe('options', () => {
  test.each<readonly [string, unknown]>([
    ['fallback', { fallback: 5 }],
    ['coalesce', { coalesce: 'yes' }],
    ['deadline', { deadline: 0 }],
    ['stop', { stop: () => true }],
    ['retry', { retry: 'always' }],
    ['retry', { retry: null }],
    ['retry', { retry: [] }],
    ['retry.netwrk', { retry: { netwrk: { attempts: 1 } } }],
    ['retry.cancelled', { retry: { cancelled: { attempts: 1 } } }],
    ['retry.network.backof', { retry: { network: { attempts: 1, backof: constant(1) } } }],
    ['retry.network.codes', { retry: { network: { attempts: 1, codes: ['ECONNRESET', 5] } } }],
    ['retry.network.respectRetryAfter', { retry: { network: { attempts: 1, respectRetryAfter: 'no' } } }],
    ['options', undefined],
    ['options', null],
    ['options', 'default'],
    ['hedge', { hedge: null }],
    ['hedge', { hedge: 100 }],
    ['hedge.copy', { hedge: { after: 5, copy: 2 } }],
    ['stall.mod', { stall: { after: 5, mod: 'warn' } }],
    ['retry.network', { retry: { network: 3 } }],
    ['retry.network', { retry: { network: null } }],
    ['retry.network.attempts', { retry: { network: {} } }],
    ['retry.network.backoff', { retry: { network: { attempts: 1, backoff: '1s' } } }],
    ['retry.network.before', { retry: { network: { attempts: 1, before: 'login' } } }],
    ['retry.network.codes', { retry: { network: { attempts: 1, codes: 'ECONNRESET' } } }],
    ['budget', { budget: 10 }],
    ['breaker', { breaker: { failures: 3 } }],
    ['concurrency', { concurrency: 10 }],
    ['rate', { rate: '1/s' }],
    ['hedge.after', { hedge: { after: 'soon' } }],
    ['hedge.copies', { hedge: { after: 5, copies: -1 } }],
    ['hedge.copies', { hedge: { after: 5, copies: 1.5 } }],
    ['attemptTimeout', { attemptTimeout: 'long' }],
    ['stall', { stall: 0 }],
    ['stall.after', { stall: { after: 0 } }],
    ['stall.mode', { stall: { after: 5, mode: 'loud' } }],
    ['chaos', { chaos: {} }],
    ['dispose', { dispose: true }],
    ['machine', { machine: { online: true } }],
    ['classify', { classify: 'http' }],
    ['clock', { clock: Date }],
    ['random', { random: () => 0.5 }],
    ['onEvent', { onEvent: [] }],
    ['timeout', { timeout: '5s' }],
  ])('an invalid %s is named: %j', (field, options) => {
    expect(() => resilient('x', options as PolicyOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }),
    );
  });

  test('all that a rule may say is known', () => {
    const rule = {
      attempts: 1,
      backoff: constant(1),
      respectRetryAfter: false,
      codes: ['A'],
      before: async () => {},
    };
    expect(() => resilient('x', { retry: { network: rule, dns: { attempts: Infinity } } })).not.toThrow();
  });

  test('a policy has a name', () => {
    expect(() => resilient('', {})).toThrow(expect.objectContaining({ field: 'name' }));
    expect(resilient('some', {}).name).toBe('some');
  });

  test('the description holds every stage, outermost first, as data', () => {
    const clock = new VirtualClock();
    const policy = resilient('all', {
      chaos: CALM,
      stall: { after: '5s', mode: 'warn' },
      attemptTimeout: '1m',
      hedge: { after: '2s', copies: 3 },
      rate: rateLimit('2/s', { clock }),
      concurrency: bulkhead({ concurrent: 4 }),
      breaker: breaker({ name: 'b', failures: 3, openMs: '1s', clock }),
      budget: tokenBucket({ capacity: 7, refillMs: '10s', clock }),
      retry: {
        network: { attempts: 2, respectRetryAfter: false, codes: ['ECONNRESET'], before: async () => {} },
        timeout: RULE,
      },
      stop: afterAttempts(5),
      deadline: '1h',
      coalesce: true,
      fallback: () => 0,
      clock,
    });
    const { name, stages } = policy.describe();
    expect(name).toBe('all');
    expect(stages).toEqual([
      { stage: 'fallback' },
      { stage: 'coalesce' },
      { stage: 'deadline', ms: 3_600_000 },
      { stage: 'stop', description: '5 attempts' },
      {
        stage: 'retry',
        category: 'network',
        attempts: 2,
        backoff: { kind: 'full-jitter', baseMs: 1_000, capMs: 300_000 },
        respectRetryAfter: false,
        codes: ['ECONNRESET'],
        before: true,
      },
      {
        stage: 'retry',
        category: 'timeout',
        attempts: 1,
        backoff: { kind: 'constant', baseMs: 10, capMs: 10 },
        respectRetryAfter: true,
        before: false,
      },
      { stage: 'budget', kind: 'token-bucket', whenEmpty: 'stop', capacity: 7, refillMs: 10_000 },
      expect.objectContaining({ stage: 'breaker', name: 'b', failures: 3 }),
      { stage: 'concurrency', kind: 'bulkhead', limit: 4 },
      { stage: 'rate', limit: 2, perMs: 1_000 },
      { stage: 'hedge', afterMs: 2_000, copies: 3 },
      { stage: 'attempt-timeout', ms: 60_000 },
      { stage: 'stall', ms: 5_000, mode: 'warn' },
      { stage: 'chaos', name: 'calm' },
    ]);
    expect(resilient('none', { stall: { after: 5, mode: 'off' } }).describe().stages).toEqual([]);
  });
});

describe('retry rules', () => {
  test('a rule without a backoff waits with full jitter from 1 s', async () => {
    const { clock, policy, calls, failing } = setup({ retry: { network: { attempts: 2 } } });
    watch(policy.run(failing(RESET)));
    await clock.advance(10_000);
    expect(calls).toEqual([0, 500, 1_500]);
  });

  test('the default rules try throttling ten times and a wrong certificate once', async () => {
    expect(Object.keys(defaultRetry)).toEqual(['network', 'dns', 'timeout', 'rate-limit', 'tls']);
    const { clock, policy, calls, failing } = setup({ retry: 'default' });
    watch(policy.run(failing(() => throttled(1_000))));
    await clock.advance(3_600_000);
    expect(calls).toHaveLength(11);
    const expired = Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' });
    const late = watch(policy.run(failing(() => expired)));
    await clock.advance(3_600_000);
    expect([calls.length, failureOf(late.error)?.stopReason]).toEqual([13, 'attempts-exhausted']);
    const foreign = Object.assign(new Error('foreign'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    const never = watch(policy.run(failing(() => foreign)));
    await clock.advance(3_600_000);
    expect([calls.length, failureOf(never.error)?.stopReason]).toEqual([14, 'not-retryable']);
  });

  test('a backoff is told the delay before, per category', async () => {
    const told: (number | undefined)[] = [];
    const backoff = {
      ...constant(10),
      delayMs: (retry: number, _random: unknown, previousMs?: number) => (told.push(previousMs), retry * 10),
    };
    const { clock, policy, failing } = setup({ retry: { network: { attempts: 3, backoff } } });
    watch(policy.run(failing(RESET)));
    await clock.advance(1_000);
    expect(told).toEqual([undefined, 10, 20]);
  });

  test.each([
    [afterAttempts(3), 3],
    [afterElapsed('2s'), 3],
  ])('a stop ends the run between attempts (%#)', async (stop, calledTimes) => {
    const { clock, policy, calls, failing } = setup({ stop });
    const run = watch(policy.run(failing(RESET)));
    await clock.advance(60_000);
    expect(calls).toHaveLength(calledTimes);
    expect(failureOf(run.error)?.stopReason).toBe('stopped');
    expect(clock.pending).toBe(0);
  });

  test('a record of an attempt has its times, and the events the category and the delay', async () => {
    const { clock, policy, events } = setup({ retry: { network: { attempts: 1, backoff: constant(40) } } });
    const began = clock.now();
    const run = watch(policy.run(async () => (await clock.sleep(25), Promise.reject(RESET()))));
    await clock.advance(100);
    expect(failureOf(run.error)?.attempts).toEqual([
      { attempt: 1, category: 'network', code: 'ECONNRESET', startedAt: began, durationMs: 25, delayMs: 40 },
      {
        attempt: 2,
        category: 'network',
        code: 'ECONNRESET',
        startedAt: began + 65,
        durationMs: 25,
        delayMs: 0,
      },
    ]);
    expect(events.find(({ type }) => type === 'failure')).toMatchObject({
      category: 'network',
      durationMs: 25,
    });
    expect(events.find(({ type }) => type === 'retry')).toMatchObject({ attempt: 2, delayMs: 40 });
  });
});

describe('results that nobody takes', () => {
  test('a late value goes to dispose, once, and what goes wrong there is a warning', async () => {
    const given: unknown[] = [];
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown): unknown => warnings.push(warning);
    process.on('warning', onWarning);
    const { clock, policy, events } = setup({
      attemptTimeout: 100,
      retry: {},
      dispose: (value) => {
        given.push(value);
        throw new Error('stays open');
      },
    });
    const run = watch(policy.run(() => clock.sleep(500).then(() => 'connection')));
    await clock.advance(1_000);
    await clock.advance(0);
    process.off('warning', onWarning);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
    expect(given).toEqual(['connection']);
    expect(warnings.map(String)).toEqual(['Error: stays open']);
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['late', 'discarded']);
  });

  test('a value in time is not disposed of', async () => {
    const given: unknown[] = [];
    const { policy } = setup({ attemptTimeout: 100, dispose: (value) => void given.push(value) });
    expect(await policy.run(() => 'kept')).toBe('kept');
    expect(given).toEqual([]);
  });
});

describe('stall', () => {
  test('a warning is told once for each stall, and the attempt goes on', async () => {
    const { clock, policy, events } = setup({ stall: { after: '1s', mode: 'warn' } });
    const run = watch(
      policy.run(async ({ progress }) => {
        await clock.sleep(3_000);
        progress();
        await clock.sleep(999);
        progress();
        await clock.sleep(1_500);
        return 'slow';
      }),
    );
    await clock.advance(10_000);
    expect(run.value).toBe('slow');
    expect(events.filter(({ type }) => type === 'stall')).toMatchObject([
      { mode: 'warn', afterMs: 1_000, attempt: 1 },
      { mode: 'warn', afterMs: 1_000, attempt: 1 },
    ]);
    expect(clock.pending).toBe(0);
  });
});

describe('what a function is given', () => {
  test.each<readonly [string, PolicyOptions]>([
    ['plain', {}],
    ['with a timeout', { attemptTimeout: '1m' }],
  ])(
    '%s: a signal of its own, the same at each look, and progress that can be called',
    async (_name, options) => {
      const seen: AbortSignal[] = [];
      const fn: AttemptFunction<number> = (context) => {
        const { signal, attempt, progress } = context;
        progress();
        expect(context.signal).toBe(signal);
        seen.push(signal);
        return attempt;
      };
      const policy = resilient('x', { ...options, clock: new VirtualClock() });
      expect([await policy.run(fn), await policy.run(fn)]).toEqual([1, 1]);
      expect(seen.map(({ aborted }) => aborted)).toEqual([false, false]);
      expect(seen[0]).not.toBe(seen[1]);
    },
  );

  test('a signal that is asked for after the end of the attempt has aborted with its reason', async () => {
    const { clock, policy } = setup({ attemptTimeout: 100, retry: {} });
    let reason: unknown;
    const run = watch(
      policy.run(async (context) => {
        await clock.sleep(200);
        reason = context.signal.reason;
      }),
    );
    await clock.advance(300);
    expect(reason).toBe(run.error);
    expect(reason).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT', limitMs: 100 });
  });

  test('a deadline inside a run with a caller leaves no listener and no timer', async () => {
    const { clock, policy } = setup({
      deadline: 300,
      retry: { timeout: { attempts: 3, backoff: fullJitter(1, 2) } },
    });
    const controller = new AbortController();
    const run = watch(policy.run(stuck, { signal: controller.signal }));
    await clock.advance(300);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE', stopReason: 'deadline' });
    expect(clock.pending).toBe(0);
  });
});
