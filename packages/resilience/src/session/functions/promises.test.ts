/**
 * What the framework that this library replaces promised and did not do. Every row is counted through the public
 * functions, with errors as drivers throw them. "Resume" and use with a session stand in `session-calls.test.ts`;
 * what was promised for all actions and forgotten in one is found by the rule of `lint/`.
 */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { breaker } from '../../policy/breaker/breaker.ts';
import { exponential } from '../../policy/backoff/backoff.ts';
import { failureOf } from '../../policy/pipeline/failure.ts';
import { connectionMetrics } from './connection-metrics.ts';
import type { RecoveryContext } from './connection-options.ts';
import { connectionReport } from './connection-report.ts';
import { classifyExpired, coded, delays, expired, Fragile, lost, settled, setUp } from './testing/fragile.ts';
import { withConnectionResilience } from './with-connection-resilience.ts';
import { withPeriodicHealthCheck } from './with-periodic-health-check.ts';

describe('promised: max 3 recovery attempts, configurable (was: exactly one)', () => {
  it.each([
    [0, 3],
    [1, 3],
    [2, 3],
    [3, 3],
    [5, 5],
    [12, 12],
  ])(
    '%i losses are %i recoveries at most, all of them made, and the call succeeds',
    async (losses, maxAttempts) => {
      const { clock, options, reports } = setUp({ maxAttempts });
      const fragile = new Fragile(losses);
      const gather = withConnectionResilience(fragile.call, { ...options, recover: fragile.recover });
      expect(await settled(clock, gather('page', 113))).toMatchObject({ value: 'gathered' });
      expect(fragile).toMatchObject({ calls: losses + 1, recoveries: losses });
      expect(fragile.arguments).toEqual(Array.from({ length: losses + 1 }, () => ['page', 113]));
      expect(reports).toMatchObject([
        { calls: 1, succeeded: 1, attempts: losses + 1, recoveries: losses, failures: losses },
      ]);
    },
  );

  it.each([
    [undefined, 3],
    [0, 0],
    [1, 1],
    [5, 5],
  ])(
    'a budget of %s is spent on %i recoveries and no more; the error is the last one itself',
    async (maxAttempts, recoveries) => {
      const { clock, options, events } = setUp(maxAttempts === undefined ? {} : { maxAttempts });
      const fragile = new Fragile(Number.POSITIVE_INFINITY);
      const gather = withConnectionResilience(fragile.call, { ...options, recover: fragile.recover });
      const result = await settled(clock, gather());
      expect(fragile).toMatchObject({ calls: recoveries + 1, recoveries });
      const { reason } = result as PromiseRejectedResult;
      expect(reason).toMatchObject({ message: /browser has closed/ });
      expect(failureOf(reason)?.stopReason).toBe(recoveries === 0 ? 'not-retryable' : 'attempts-exhausted');
      expect(events.filter(({ type }) => type === 'give-up')).toHaveLength(1);
    },
  );

  it('the budget is one for all kinds of failure', async () => {
    const { clock, options } = setUp({ maxAttempts: 4 });
    const kinds = ['ECONNRESET', 'EAI_AGAIN', 'ETIMEDOUT'];
    let calls = 0;
    const gather = withConnectionResilience(async () => {
      calls += 1;
      throw coded(kinds[calls % 3] ?? '');
    }, options);
    const result = await settled(clock, gather());
    expect(calls).toBe(5);
    expect(failureOf((result as PromiseRejectedResult).reason)?.stopReason).toBe('attempts-exhausted');
  });

  it('a recovery that fails is tried again within the budget (was: give up)', async () => {
    const { clock, options, reports } = setUp({ maxAttempts: 3 });
    const fragile = new Fragile(1);
    const contexts: RecoveryContext[] = [];
    const gather = withConnectionResilience(fragile.call, {
      ...options,
      recover: async (context) => {
        contexts.push(context);
        if (contexts.length < 3) throw new Error('the browser does not start');
        await fragile.recover();
      },
    });
    expect(await settled(clock, gather())).toMatchObject({ value: 'gathered' });
    expect(fragile.calls).toBe(2);
    expect(contexts.map(({ attempt, verdict }) => [attempt, verdict.category])).toEqual([
      [1, 'session-lost'],
      [2, 'session-lost'],
      [3, 'session-lost'],
    ]);
    expect(reports).toMatchObject([{ recoveries: 1, failedRecoveries: 2, attempts: 4 }]);
  });
});

describe('promised: exponential backoff 2, 4, 8 s (was: 1.0 s once)', () => {
  it('the events show the real delays, and they are waited', async () => {
    const { clock, options, events, reports } = setUp({ backoff: exponential('2s', '8s') });
    const fragile = new Fragile(3);
    const startedAt: number[] = [];
    const gather = withConnectionResilience(
      async () => {
        startedAt.push(clock.monotonic());
        return await fragile.call();
      },
      { ...options, recover: fragile.recover },
    );
    await settled(clock, gather());
    expect(delays(events)).toEqual([2_000, 4_000, 8_000]);
    expect(startedAt).toEqual([0, 2_000, 6_000, 14_000]);
    expect(reports).toMatchObject([
      { waits: 3, waitedMs: 14_000, delaysMs: [2_000, 4_000, 8_000], lostMs: 14_000 },
    ]);
  });

  it('by default they are spread below 2, 4, 8 s, and longer where the kind of error asks for it', async () => {
    const ceilings = async (error: () => Error): Promise<number[]> => {
      const { clock, options, events } = setUp({ random: { next: () => 0 } });
      await settled(clock, withConnectionResilience(async () => await Promise.reject(error()), options)());
      return delays(events);
    };
    expect(await ceilings(lost)).toEqual([2_000, 4_000, 8_000]);
    expect(await ceilings(() => coded('ECONNRESET'))).toEqual([2_000, 4_000, 8_000]);
    expect(await ceilings(() => coded('UND_ERR_HEADERS_TIMEOUT'))).toEqual([4_000, 8_000, 16_000]);
    const throttled = { category: 'rate-limit', scope: 'call', safeToReplay: 'yes', evidence: 'status' };
    expect(await ceilings(() => Object.assign(new Error('429'), { verdict: throttled }))).toEqual([
      30_000, 60_000, 120_000,
    ]);
    const asked = { ...throttled, retryAfterMs: 90_000 };
    const waited = await ceilings(() => Object.assign(new Error('429'), { verdict: asked }));
    expect(waited).toEqual([90_000, 90_000, 90_000]);
  });

  it('each kind may have its own, and naming one has it tried again', async () => {
    const { clock, options, events } = setUp({
      backoff: { default: exponential('1s', '1m'), unknown: exponential('5s', '1m') },
    });
    const errors = [coded('ECONNRESET'), new Error('who knows')];
    const gather = withConnectionResilience(async () => {
      const error = errors.shift();
      if (error !== undefined) throw error;
      return 'gathered';
    }, options);
    expect(await settled(clock, gather())).toMatchObject({ value: 'gathered' });
    expect(delays(events)).toEqual([1_000, 5_000]);
  });
});

describe('promised: a health check every 5 operations (was: 0 checks in 100 calls)', () => {
  const watched = (outcome: (check: number) => Promise<unknown>) => {
    const counts = { calls: 0, checks: 0, recoveries: 0, most: 0, underWay: 0 };
    const clock = new VirtualClock();
    const call = withPeriodicHealthCheck(
      async (n: number) => {
        counts.calls += 1;
        return n;
      },
      {
        every: 5,
        clock,
        check: async () => {
          counts.checks += 1;
          counts.most = Math.max(counts.most, (counts.underWay += 1));
          try {
            await clock.sleep(10);
            return await outcome(counts.checks);
          } finally {
            counts.underWay -= 1;
          }
        },
        onUnhealthy: async () => {
          counts.recoveries += 1;
        },
      },
    );
    return { counts, clock, call };
  };

  it('100 calls make 20 checks', async () => {
    const { counts, clock, call } = watched(async () => true);
    for (let n = 0; n < 100; n += 1) await settled(clock, call(n));
    expect(counts).toMatchObject({ calls: 100, checks: 20, recoveries: 0 });
  });

  it('100 calls at the same time make 20 checks, one at a time', async () => {
    const { counts, clock, call } = watched(async () => true);
    const values = await settled(clock, Promise.all(Array.from({ length: 100 }, (_, n) => call(n))));
    expect(values).toMatchObject({ value: Array.from({ length: 100 }, (_, n) => n) });
    expect(counts).toMatchObject({ calls: 100, checks: 20, most: 1 });
  });

  it('a check that says false, throws or never answers has health brought back, and the call goes on', async () => {
    const { counts, clock, call } = watched(async (check) => {
      if (check === 1) return false;
      if (check === 2) throw new Error('no answer from the page');
      if (check === 3) return await new Promise(() => undefined);
      return undefined;
    });
    for (let n = 0; n < 20; n += 1) {
      expect(await settled(clock, call(n))).toMatchObject({ value: n });
    }
    expect(counts).toMatchObject({ calls: 20, checks: 4, recoveries: 3 });
  });
});

describe('promised: nested and concurrent use (was: one global manager)', () => {
  it('calls at the same time have budgets of their own', async () => {
    const { clock, options, reports } = setUp({ maxAttempts: 3 });
    const gather = withConnectionResilience(async (losses: number, seen: { failed: number }) => {
      if (seen.failed === losses) return losses;
      seen.failed += 1;
      throw lost();
    }, options);
    const runs = await settled(
      clock,
      Promise.allSettled([0, 1, 2, 3, 4].map((losses) => gather(losses, { failed: 0 }))),
    );
    const { value } = runs as PromiseFulfilledResult<PromiseSettledResult<number>[]>;
    expect(value.map(({ status }) => status)).toEqual([...Array(4).fill('fulfilled'), 'rejected']);
    expect(reports.map(({ recoveries }) => recoveries).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 3]);
    expect(gather.metrics).toMatchObject({ calls: 5, succeeded: 4, failed: 1, attempts: 14, recoveries: 9 });
  });

  it('a function inside of another keeps its own limits', async () => {
    const { clock, options } = setUp();
    const [inner, outer] = [new Fragile(2), new Fragile(2)];
    const read = withConnectionResilience(inner.call, { ...options, maxAttempts: 2, recover: inner.recover });
    const gather = withConnectionResilience(
      async () => {
        const rows = await read();
        await outer.call();
        return rows;
      },
      { ...options, maxAttempts: 2, recover: outer.recover },
    );
    expect(await settled(clock, gather())).toMatchObject({ value: 'gathered' });
    expect([inner.recoveries, outer.recoveries]).toEqual([2, 2]);
    expect(read.metrics).toMatchObject({ calls: 3, recoveries: 2 });
    expect(gather.metrics).toMatchObject({ calls: 1, attempts: 3, recoveries: 2 });
  });

  it('the machine is kept awake by each call that runs, and by none afterwards', async () => {
    let held = 0;
    const counts = { acquired: 0, most: 0, atRelease: 0 };
    const keepAwake = {
      acquire: async () => {
        counts.acquired += 1;
        counts.most = Math.max(counts.most, (held += 1));
        return { release: async () => void (held -= 1) };
      },
    };
    const { clock, options } = setUp({ keepAwake, maxAttempts: 1 });
    const inner = withConnectionResilience(async () => {
      expect(held).toBeGreaterThan(1);
      await clock.sleep(1_000);
    }, options);
    const outer = withConnectionResilience(async (fails: boolean) => {
      await inner();
      // The inner call is over, the outer one is not: it must still be kept awake.
      expect(held).toBeGreaterThan(0);
      if (fails) throw lost();
    }, options);
    await settled(clock, Promise.allSettled([outer(false), outer(true), outer(false)]));
    expect(counts).toMatchObject({ acquired: 3 + 4, most: 6 });
    expect(held).toBe(0);
  });
});

describe('promised: re-authentication (was: without a lock, two could nest)', () => {
  it('20 calls that find themselves logged out log in once', async () => {
    const { clock, options, reports, events } = setUp({ classify: classifyExpired });
    let isLoggedIn = false;
    const counts = { logins: 0, most: 0, underWay: 0 };
    const read = withConnectionResilience(
      async (n: number) => {
        await clock.sleep(n);
        if (!isLoggedIn) throw expired();
        return n;
      },
      {
        ...options,
        recover: async () => {
          counts.logins += 1;
          counts.most = Math.max(counts.most, (counts.underWay += 1));
          await clock.sleep(5_000);
          counts.underWay -= 1;
          isLoggedIn = true;
        },
      },
    );
    const values = await settled(clock, Promise.all(Array.from({ length: 20 }, (_, n) => read(n))));
    expect(values).toMatchObject({ status: 'fulfilled' });
    expect(counts).toMatchObject({ logins: 1, most: 1 });
    const outcomes = events.flatMap((event) => (event.type === 'recovery' ? [event.outcome] : []));
    expect(outcomes.filter((outcome) => outcome === 'recovered')).toHaveLength(1);
    expect(outcomes).toHaveLength(20);
    expect(
      reports.reduce((sum, { recoveries, sharedRecoveries }) => sum + recoveries + sharedRecoveries, 0),
    ).toBe(20);
    expect(read.metrics).toMatchObject({ recoveries: 1, sharedRecoveries: 19 });
  });

  it('a call that the recovery makes does not wait for that very recovery', async () => {
    const { clock, options } = setUp({ classify: classifyExpired, maxAttempts: 1 });
    const calls: string[] = [];
    const read = withConnectionResilience(
      async (what: string): Promise<string> => {
        calls.push(what);
        throw expired();
      },
      { ...options, recover: async () => void (await read('is it valid?')) },
    );
    expect(await settled(clock, read('inbox'))).toMatchObject({ reason: { code: 'ERR_AUTH_EXPIRED' } });
    expect(calls).toEqual(['inbox', 'is it valid?']);
  });
});

describe('promised: a circuit breaker, metrics and a report at the end', () => {
  it('an open circuit is waited for, and counts no attempt', async () => {
    const { clock, options, events } = setUp({ maxAttempts: 5 });
    const circuit = breaker({
      name: 'portal',
      failures: 2,
      openMs: '10m',
      clock,
      random: { next: () => 0 },
    });
    let calls = 0;
    const read = withConnectionResilience(
      async () => {
        calls += 1;
        if (calls <= 2) throw coded('ECONNREFUSED');
        return clock.monotonic();
      },
      { ...options, breaker: circuit },
    );
    const result = await settled(clock, read());
    expect((result as PromiseFulfilledResult<number>).value).toBeGreaterThanOrEqual(600_000);
    expect(events.flatMap((event) => (event.type === 'wait' ? [event.kind] : []))).toContain('circuit');
    expect(calls).toBe(3);
  });

  it('several functions report together', async () => {
    const collector = connectionMetrics();
    const { clock, options } = setUp({ backoff: exponential('2s', '8s'), metrics: collector });
    const fragile = new Fragile(3);
    const gather = withConnectionResilience(
      async () => {
        const rows = await fragile.call();
        await clock.sleep(6_000);
        return rows;
      },
      { ...options, recover: fragile.recover },
    );
    const send = withConnectionResilience(async () => await Promise.reject(coded('ECONNRESET')), {
      ...options,
      maxAttempts: 1,
    });
    await settled(clock, gather());
    await settled(clock, send());
    expect(gather.metrics).toEqual(send.metrics);
    expect(connectionReport(collector.metrics)).toEqual([
      '2 calls: 1 succeeded, 1 failed; 6 attempts',
      '4 recoveries, 0 shared, 0 failed',
      'waited 16s in 4 waits: 2s, 4s, 8s, 2s',
      '16s lost of 22s, uptime 27.2 %',
      '5 failures: session-lost 3, network 2',
    ]);
    expect(connectionReport(connectionMetrics().metrics)).toEqual([
      '0 calls: 0 succeeded, 0 failed; 0 attempts',
      '0 recoveries, 0 shared, 0 failed',
      'no waits',
      'no time lost of 0ms',
    ]);
  });
});
