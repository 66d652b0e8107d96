import { describe, expect, test } from 'vitest';
import { afterAttempts } from '../stop/stops.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { Breaker } from '../breaker/breaker.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import type { TokenBucket } from '../budget/token-bucket.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { bad, busy, compose, deaf, ok } from '../testing/composed.ts';
import { RESET, throttled } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import type { PolicyOptions } from './options.ts';

const LOST = { network: { attempts: 3, backoff: constant('1s') } };
const forEver = { network: { attempts: Number.POSITIVE_INFINITY, backoff: constant('1s') } };

describe('fallback, outermost of all', () => {
  test('Fallback -> Retry: it is asked once, with the last error, after all attempts', async () => {
    const asked: unknown[] = [];
    const it = compose(() => ({
      retry: LOST,
      fallback: (error, { name, failure }) => {
        asked.push([error, name, failure?.stopReason, failure?.attempts.length]);
        return 'instead';
      },
    }));
    const last = RESET();
    const run = it.run([bad(), bad(), bad(), bad(0, () => last)]);
    await it.clock.advance(10_000);
    expect(run.value).toBe('instead');
    expect(asked).toEqual([[last, 'composed', 'attempts-exhausted', 4]]);
    expect([it.starts.length, it.count('give-up'), it.count('fallback')]).toEqual([4, 1, 1]);
  });

  test('Fallback -> Retry: a run that succeeds in the end never asks it', async () => {
    const it = compose(() => ({ retry: LOST, fallback: () => 'instead' }));
    const run = it.run([bad(), ok()]);
    await it.clock.advance(10_000);
    expect([run.value, it.count('fallback')]).toEqual(['ok', 0]);
  });

  test('Fallback -> Deadline: it stands in for an operation that took too long, after the deadline', async () => {
    const it = compose(() => ({
      deadline: '10s',
      fallback: async (error) => {
        await it.clock.sleep(60_000);
        return `${(error as { code: string }).code} ${failureOf(error)?.stopReason}`;
      },
    }));
    const run = it.run([deaf(30_000)]);
    await it.clock.advance(10_000);
    expect(run.settled).toBe(false);
    await it.clock.advance(60_000);
    expect(run.value).toBe('ERR_TIMEOUT_DEADLINE deadline');
    expect(it.clock.pending).toBe(0);
  });

  test('Fallback -> Breaker: an open circuit gives the fallback at once, without a call', async () => {
    const it = compose((clock) => ({
      breaker: breaker({ name: 'b', failures: 1, openMs: '1m', clock }),
      fallback: (error) => (error as { code: string }).code,
    }));
    const first = it.run([bad()]);
    await it.clock.advance(0);
    const second = it.run([ok()]);
    await it.clock.advance(0);
    expect([first.value, second.value, it.starts.length]).toEqual(['ECONNRESET', 'ERR_CIRCUIT_OPEN', 1]);
  });

  test('Fallback -> Bulkhead: a full one gives the fallback at once', async () => {
    const it = compose(() => ({
      concurrency: bulkhead({ concurrent: 1 }),
      fallback: (error) => (error as { code: string }).code,
    }));
    const first = it.run([ok(1_000)]);
    const second = it.run([ok()]);
    await it.clock.advance(0);
    expect([second.value, it.starts.length]).toEqual(['ERR_BULKHEAD_FULL', 1]);
    await it.clock.advance(1_000);
    expect(first.value).toBe('ok');
  });

  test('Fallback -> caller: who aborts gets the own reason, and no fallback', async () => {
    let asked = 0;
    const it = compose(() => ({ retry: LOST, fallback: () => `instead ${(asked += 1)}` }));
    const controller = new AbortController();
    const run = it.run([bad()], { signal: controller.signal });
    await it.clock.advance(500);
    controller.abort('enough');
    await run.promise;
    expect([run.error, asked]).toEqual(['enough', 0]);
  });

  test('Fallback -> Coalesce: callers who share a run that fails each have a fallback of their own', async () => {
    let asked = 0;
    const it = compose(() => ({ coalesce: true, fallback: () => `instead ${(asked += 1)}` }));
    const runs = [1, 2].map(() => it.run([bad(100)], { key: 'k' }));
    await it.clock.advance(100);
    expect(runs.map((run) => run.value)).toEqual(['instead 1', 'instead 2']);
    expect(it.starts).toHaveLength(1);
  });
});

describe('coalesce', () => {
  test('Coalesce -> Retry: one run with its retries serves all callers of the time', async () => {
    const it = compose(() => ({ coalesce: true, retry: LOST }));
    const first = it.run([bad(), bad(), ok()], { key: 'k' });
    await it.clock.advance(500);
    const second = it.run([ok(0, 'never')], { key: 'k' });
    const other = it.run([ok(0, 'other')], { key: 'another' });
    await it.clock.advance(1_500);
    expect([first.value, second.value, other.value]).toEqual(['ok', 'ok', 'other']);
    expect(it.starts).toEqual([0, 500, 1_000, 2_000]);
    expect([it.count('coalesced'), it.count('success')]).toEqual([1, 2]);
  });

  test('Coalesce -> Retry: one error for all, by identity, and its attempts once', async () => {
    const it = compose(() => ({ coalesce: true, retry: LOST }));
    const runs = [1, 2, 3].map(() => it.run([bad()], { key: 'k' }));
    await it.clock.advance(10_000);
    expect(new Set(runs.map((run) => run.error)).size).toBe(1);
    expect(failureOf(runs[0]?.error)?.attempts).toHaveLength(4);
    expect(it.starts).toHaveLength(4);
  });

  test('Coalesce -> Deadline: the deadline is that of the shared run, also for who came late', async () => {
    const it = compose(() => ({ coalesce: true, deadline: '10s' }));
    const first = it.run([ok(60_000)], { key: 'k' });
    await it.clock.advance(9_000);
    const second = it.run([ok(60_000)], { key: 'k' });
    await it.clock.advance(1_000);
    expect([first.error, second.error]).toEqual(
      [1, 2].map(() => expect.objectContaining({ code: 'ERR_TIMEOUT_DEADLINE' })),
    );
  });

  test('Coalesce -> Bulkhead: all callers of one key take one place', async () => {
    const concurrency = bulkhead({ concurrent: 1 });
    const it = compose(() => ({ coalesce: true, concurrency }));
    const runs = [1, 2, 3].map(() => it.run([ok(100)], { key: 'k' }));
    await it.clock.advance(0);
    expect(concurrency.snapshot()).toMatchObject({ running: 1, queued: 0 });
    await it.clock.advance(100);
    expect(runs.map((run) => run.value)).toEqual(['ok', 'ok', 'ok']);
  });

  test('Coalesce -> Breaker: one failure is one, however many callers share it', async () => {
    let circuit: Breaker | undefined;
    const it = compose((clock) => ({
      coalesce: true,
      breaker: (circuit = breaker({ name: 'b', failures: 2, openMs: '1m', clock })),
    }));
    for (const key of ['k', 'k', 'k']) it.run([bad()], { key });
    await it.clock.advance(0);
    expect([it.starts.length, circuit?.snapshot().kind]).toEqual([1, 'closed']);
    it.run([bad()], { key: 'k' });
    await it.clock.advance(0);
    expect([it.starts.length, circuit?.snapshot().kind]).toEqual([2, 'open']);
  });

  test('Coalesce -> caller: who leaves does not disturb the others; the last one ends the call', async () => {
    const signals: AbortSignal[] = [];
    const it = compose(() => ({ coalesce: true }));
    const controllers = [new AbortController(), new AbortController()];
    const runs = controllers.map(({ signal }) =>
      it.run([(context, clock) => (signals.push(context.signal), ok(1_000)(context, clock))], {
        key: 'k',
        signal,
      }),
    );
    await it.clock.advance(100);
    controllers[0]?.abort('first');
    await it.clock.advance(0);
    expect([runs[0]?.error, runs[1]?.settled, signals[0]?.aborted]).toEqual(['first', false, false]);
    controllers[1]?.abort('second');
    await it.clock.advance(0);
    expect([runs[1]?.error, signals[0]?.reason]).toEqual(['second', 'second']);
    expect([signals.length, it.clock.pending]).toEqual([1, 0]);
  });
});

describe('deadline', () => {
  test('Deadline -> Retry: a wait that cannot end before it is not begun', async () => {
    const it = compose(() => ({ deadline: '2500ms', retry: forEver }));
    const run = it.run([bad()]);
    await it.clock.advance(2_000);
    expect(failureOf(run.error)).toMatchObject({ stopReason: 'deadline', retryAfterMs: 1_000 });
    expect([it.starts, it.clock.pending]).toEqual([[0, 1_000, 2_000], 0]);
  });

  test('Deadline -> Timeout: what passes first decides; the deadline is never retried', async () => {
    const rules: PolicyOptions<string> = {
      attemptTimeout: '4s',
      retry: { timeout: { attempts: 9, backoff: constant(1) } },
    };
    const it = compose(() => ({ ...rules, deadline: '10s' }));
    const run = it.run([ok(60_000)]);
    await it.clock.advance(10_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE', limitMs: 10_000 });
    expect(it.starts).toEqual([0, 4_001, 8_002]);
    expect(it.events.flatMap((event) => (event.type === 'timeout' ? [event.code] : []))).toEqual([
      'ERR_TIMEOUT_ATTEMPT',
      'ERR_TIMEOUT_ATTEMPT',
      'ERR_TIMEOUT_DEADLINE',
    ]);
  });

  test('Deadline -> Stall: progress does not put it off', async () => {
    const it = compose(() => ({ deadline: '10s', stall: '2s' }));
    const run = it.run([busy(1_500, 100)]);
    await it.clock.advance(10_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE' });
  });

  test('Deadline -> Breaker: a circuit that stays open for longer fails at once, with its time', async () => {
    const it = compose((clock) => ({
      deadline: '30s',
      retry: LOST,
      breaker: breaker({ name: 'b', failures: 1, openMs: '1m', clock, random: { next: () => 0 } }),
    }));
    const first = it.run([bad()]);
    await it.clock.advance(1_000);
    expect(failureOf(first.error)).toMatchObject({ stopReason: 'deadline', retryAfterMs: 59_000 });
    const second = it.run([ok()]);
    await it.clock.advance(0);
    expect([failureOf(second.error)?.stopReason, it.starts.length, it.clock.pending]).toEqual([
      'deadline',
      1,
      0,
    ]);
  });

  test('Deadline -> Bulkhead: who still waits in the queue leaves it at the deadline', async () => {
    const concurrency = bulkhead({ concurrent: 1, queue: 5 });
    const it = compose(() => ({ deadline: '10s', concurrency }));
    const slot = await concurrency.acquire();
    const run = it.run([ok()]);
    await it.clock.advance(9_999);
    expect(concurrency.snapshot()).toMatchObject({ queued: 1 });
    await it.clock.advance(1);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE', stopReason: 'deadline' });
    expect([it.starts.length, concurrency.snapshot()]).toEqual([
      0,
      expect.objectContaining({ queued: 0, running: 1 }),
    ]);
    slot.release('none', 0);
  });

  test('Deadline -> RateLimit: a start that comes too late fails at once and is given back', async () => {
    const it = compose((clock) => ({ deadline: '10s', rate: rateLimit('1/20s', { clock }) }));
    const first = it.run([ok()]);
    const second = it.run([ok()]);
    await it.clock.advance(0);
    expect([first.value, failureOf(second.error)]).toEqual([
      'ok',
      expect.objectContaining({ stopReason: 'deadline', retryAfterMs: 20_000 }),
    ]);
    await it.clock.advance(20_000);
    const third = it.run([ok()]);
    await it.clock.advance(0);
    expect([third.value, it.starts, it.clock.pending]).toEqual(['ok', [0, 20_000], 0]);
  });

  test('Deadline -> RateLimit: a start in time is waited for, and counts from the beginning of the run', async () => {
    const it = compose((clock) => ({ deadline: '10s', rate: rateLimit('1/6s', { clock }) }));
    it.run([ok()]);
    const second = it.run([ok(60_000)]);
    await it.clock.advance(10_000);
    expect([it.starts, second.error]).toEqual([
      [0, 6_000],
      expect.objectContaining({ code: 'ERR_TIMEOUT_DEADLINE' }),
    ]);
  });

  test('Deadline -> Budget: a budget that would pay too late fails at once', async () => {
    const it = compose((clock) => ({
      deadline: '10s',
      retry: forEver,
      budget: tokenBucket({ capacity: 1, refillMs: '1m', whenEmpty: 'wait', clock }),
    }));
    const run = it.run([bad()]);
    await it.clock.advance(1_000);
    expect(failureOf(run.error)).toMatchObject({ stopReason: 'deadline', retryAfterMs: 59_000 });
    expect([it.starts, it.clock.pending]).toEqual([[0, 1_000], 0]);
  });

  test('Deadline -> Hedge: ends all copies', async () => {
    const reasons: unknown[] = [];
    const it = compose(() => ({ deadline: '10s', hedge: { after: '1s', copies: 2 } }));
    const run = it.run([
      async ({ signal }, clock) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason), { once: true });
        await clock.sleep(60_000, { signal });
        return 'never';
      },
    ]);
    await it.clock.advance(10_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE' });
    expect(reasons).toEqual([run.error, run.error, run.error]);
    expect([it.starts, it.clock.pending]).toEqual([[0, 1_000, 2_000], 0]);
  });
});

describe('stop', () => {
  test('Stop -> Retry: it is asked after failures that would be tried again, before the wait', async () => {
    const it = compose(() => ({ stop: afterAttempts(2), retry: forEver }));
    const run = it.run([bad()]);
    await it.clock.advance(60_000);
    expect(failureOf(run.error)).toMatchObject({ stopReason: 'stopped', attempts: { length: 2 } });
    expect(it.starts).toEqual([0, 1_000]);
  });

  test('Stop -> Budget: a retry that is not made is not paid', async () => {
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      stop: afterAttempts(3),
      retry: forEver,
      budget: (budget = tokenBucket({ capacity: 5, refillMs: '1h', clock })),
    }));
    it.run([bad()]);
    await it.clock.advance(60_000);
    expect(it.starts).toHaveLength(3);
    expect(budget?.snapshot().tokens).toBeCloseTo(3, 1);
  });

  test('Stop -> Timeout: what a throttle asks for counts as the next wait', async () => {
    const asked: number[] = [];
    const it = compose(() => ({
      stop: {
        description: 'no long waits',
        shouldStop: ({ nextDelayMs }) => asked.push(nextDelayMs) > 0 && nextDelayMs > 10_000,
      },
      retry: { ...LOST, 'rate-limit': { attempts: 3, backoff: constant('1s') } },
    }));
    const run = it.run([bad(), bad(0, () => throttled(60_000))]);
    await it.clock.advance(60_000);
    expect(failureOf(run.error)?.stopReason).toBe('stopped');
    expect(asked).toEqual([1_000, 60_000]);
  });
});
