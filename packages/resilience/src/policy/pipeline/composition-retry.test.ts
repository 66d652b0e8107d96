import { describe, expect, test } from 'vitest';
import type { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { Breaker } from '../breaker/breaker.ts';
import { awsRetryQuota } from '../budget/aws-retry-quota.ts';
import type { AwsRetryQuota } from '../budget/aws-retry-quota.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import type { TokenBucket } from '../budget/token-bucket.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { bad, busy, compose, deaf, ok } from '../testing/composed.ts';
import { throttled } from '../testing/policy-setup.ts';
import type { ChaosPolicy } from './chaos-policy.ts';
import { failureOf } from './failure.ts';

const RULE = { attempts: 3, backoff: constant('1s') };
const LOST = { network: RULE };

function circuit(clock: VirtualClock, failures: number, openMs = 60_000): Breaker {
  return breaker({ name: 'b', failures, openMs, clock, random: { next: () => 0 } });
}

const permanent = (): Error =>
  Object.assign(new Error('404'), {
    verdict: { category: 'permanent', scope: 'none', safeToReplay: 'yes', evidence: 'status' },
  });

describe('retry', () => {
  test('Retry -> Timeout: an attempt that takes too long is tried again, with its whole time anew', async () => {
    const it = compose(() => ({ retry: { timeout: RULE }, attemptTimeout: '10s' }));
    const run = it.run([ok(60_000), ok(9_999)]);
    await it.clock.advance(20_999);
    expect([run.value, it.starts, it.clock.pending]).toEqual(['ok', [0, 11_000], 0]);
  });

  test('Retry -> Timeout: no limit of an attempt runs while a retry is pending', async () => {
    const it = compose(() => ({
      retry: { network: { attempts: 1, backoff: constant('1h') } },
      attemptTimeout: '10s',
      stall: '5s',
    }));
    const run = it.run([bad(), ok(1_000)]);
    await it.clock.advance(1_800_000);
    expect([run.settled, it.clock.pending]).toEqual([false, 1]);
    await it.clock.advance(1_801_000);
    expect([run.value, it.count('timeout')]).toEqual(['ok', 0]);
  });

  test('Retry -> Stall: an attempt that stands still is tried again', async () => {
    const it = compose(() => ({ retry: { timeout: RULE }, stall: '2s' }));
    const run = it.run([ok(60_000), busy(1_500, 4)]);
    await it.clock.advance(60_000);
    expect([run.value, it.starts, it.count('stall')]).toEqual(['busy', [0, 3_000], 1]);
  });

  test('Retry -> Breaker: waits for the circuit, and spends no attempts on it', async () => {
    const it = compose((clock) => ({ retry: LOST, breaker: circuit(clock, 1, 30_000) }));
    const run = it.run([bad(), bad(), ok()]);
    await it.clock.advance(200_000);
    // Open for 30 s, and then for 60 s.
    expect([run.value, it.starts]).toEqual(['ok', [0, 30_000, 90_000]]);
    expect(it.count('retry')).toBe(2);
  });

  test('Retry -> Breaker: without rules for retries an open circuit is the answer, at once', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({ breaker: (b = circuit(clock, 1)) }));
    it.run([bad()]);
    await it.clock.advance(1_000);
    const run = it.run([ok()]);
    await it.clock.advance(0);
    expect(failureOf(run.error)).toMatchObject({ stopReason: 'circuit-open', retryAfterMs: 59_000 });
    expect([it.starts.length, b?.snapshot().kind]).toEqual([1, 'open']);
  });

  test('Retry -> Bulkhead: the place is free during the backoff, and asked for again', async () => {
    const concurrency = bulkhead({ concurrent: 1, queue: 1 });
    const it = compose(() => ({ retry: LOST, concurrency }));
    const first = it.run([bad(), ok()]);
    await it.clock.advance(500);
    expect(concurrency.snapshot()).toMatchObject({ running: 0 });
    const second = it.run([ok(2_000)]);
    await it.clock.advance(600);
    expect(concurrency.snapshot()).toMatchObject({ running: 1, queued: 1 });
    await it.clock.advance(2_000);
    expect([first.value, second.value, it.starts]).toEqual(['ok', 'ok', [0, 500, 2_500]]);
    expect(concurrency.snapshot()).toMatchObject({ running: 0, queued: 0 });
  });

  test('Retry -> RateLimit: each attempt takes a start, and waits for it after its backoff', async () => {
    const it = compose((clock) => ({ retry: LOST, rate: rateLimit('1/5s', { clock }) }));
    const run = it.run([bad(), bad(), ok()]);
    await it.clock.advance(60_000);
    expect([run.value, it.starts]).toEqual(['ok', [0, 5_000, 10_000]]);
  });

  test('Retry -> Hedge: an attempt is one attempt, however many copies failed', async () => {
    const it = compose(() => ({ retry: LOST, hedge: { after: '10s', copies: 2 } }));
    const run = it.run([bad(), bad(), bad(), ok()]);
    await it.clock.advance(60_000);
    expect(run.value).toBe('ok');
    expect(it.starts).toEqual([0, 0, 0, 1_000]);
    expect([it.count('attempt'), it.count('failure'), it.count('hedge'), it.count('retry')]).toEqual([
      2, 1, 2, 1,
    ]);
  });

  test('Retry -> Chaos: what chaos breaks is tried again like anything else', async () => {
    let broken = 0;
    const chaos: ChaosPolicy = {
      name: 'twice',
      inject: (fn) => (context) => {
        broken += 1;
        return broken <= 2 ? bad()(context, it.clock).then(() => fn(context)) : fn(context);
      },
    };
    const it = compose(() => ({ retry: LOST, chaos }));
    const run = it.run([ok()]);
    await it.clock.advance(60_000);
    expect([run.value, broken, it.starts]).toEqual(['ok', 3, [2_000]]);
  });
});

describe('budget', () => {
  test('Budget -> Retry: pays for retries and not for first attempts', async () => {
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      retry: LOST,
      budget: (budget = tokenBucket({ capacity: 2, refillMs: '10h', clock })),
    }));
    const run = it.run([bad()]);
    await it.clock.advance(60_000);
    expect(failureOf(run.error)).toMatchObject({
      stopReason: 'retry-budget-exhausted',
      attempts: { length: 3 },
    });
    const next = it.run([ok()]);
    await it.clock.advance(0);
    expect([next.value, budget?.snapshot().tokens]).toEqual(['ok', expect.closeTo(0, 1)]);
  });

  test('Budget -> RateLimit: a throttle is not paid for, whoever throttles', async () => {
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      retry: { 'rate-limit': RULE },
      budget: (budget = tokenBucket({ capacity: 1, refillMs: '10h', clock })),
      rate: rateLimit('1/s', { clock }),
    }));
    const run = it.run([bad(0, () => throttled(100)), bad(0, () => throttled(100)), ok()]);
    await it.clock.advance(60_000);
    expect([run.value, budget?.snapshot().tokens]).toEqual(['ok', 1]);
  });

  test('Budget -> Retry: a success brings back what was paid for its attempt, and no more where nothing was', async () => {
    let budget: AwsRetryQuota | undefined;
    const it = compose(() => ({
      retry: { ...LOST, 'rate-limit': RULE },
      budget: (budget = awsRetryQuota({ capacity: 20 })),
    }));
    budget?.take('timeout');
    it.run([bad(0, () => throttled(100)), ok()]);
    await it.clock.advance(60_000);
    expect(budget?.snapshot()).toEqual({ tokens: 11 });
    it.run([bad(), bad(0, () => throttled(100)), ok()]);
    await it.clock.advance(60_000);
    expect(budget?.snapshot()).toEqual({ tokens: 7 });
    it.run([bad(0, () => throttled(100)), bad(), ok()]);
    await it.clock.advance(60_000);
    expect(budget?.snapshot()).toEqual({ tokens: 7 });
    expect(it.count('success')).toBe(3);
  });

  test('Budget -> RateLimit: nor is a limit of ours that would have the call wait too long', async () => {
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      retry: { 'rate-limit': RULE },
      budget: (budget = tokenBucket({ capacity: 1, refillMs: '10h', clock })),
      rate: rateLimit('1/10s', { clock, maxWait: '1s' }),
    }));
    it.run([ok()]);
    const second = it.run([ok()]);
    await it.clock.advance(10_000);
    expect([second.value, it.starts, budget?.snapshot().tokens]).toEqual(['ok', [0, 10_000], 1]);
  });

  test('Budget -> Breaker: to wait for a circuit costs nothing more', async () => {
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      retry: LOST,
      budget: (budget = tokenBucket({ capacity: 5, refillMs: '100h', clock })),
      breaker: circuit(clock, 1, 30_000),
    }));
    const run = it.run([bad(), bad(), ok()]);
    await it.clock.advance(200_000);
    expect(run.value).toBe('ok');
    expect(budget?.snapshot().tokens).toBeCloseTo(3, 1);
  });

  test('Budget -> Hedge: copies are not retries', async () => {
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      retry: LOST,
      budget: (budget = tokenBucket({ capacity: 1, refillMs: '10h', clock })),
      hedge: { after: '1s', copies: 3 },
    }));
    const run = it.run([ok(60_000), ok(60_000), bad(10), ok(10)]);
    await it.clock.advance(10_000);
    expect([run.value, it.starts, budget?.snapshot().tokens]).toEqual(['ok', [0, 1_000, 2_000, 2_010], 1]);
  });
});

describe('breaker', () => {
  test('Breaker -> Retry: counts each attempt, not each run', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({ retry: LOST, breaker: (b = circuit(clock, 4)) }));
    const run = it.run([bad()]);
    await it.clock.advance(3_000);
    expect([run.settled, it.starts.length, b?.snapshot().kind]).toEqual([true, 4, 'open']);
  });

  test('Breaker -> Timeout and Stall: both limits of an attempt are failures', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({
      attemptTimeout: '10s',
      stall: '4s',
      breaker: (b = circuit(clock, 2)),
    }));
    it.run([ok(60_000)]);
    await it.clock.advance(4_000);
    expect([it.count('stall'), b?.snapshot().kind]).toEqual([1, 'closed']);
    it.run([busy(3_000, 100)]);
    await it.clock.advance(10_000);
    expect([it.count('timeout'), b?.snapshot().kind]).toEqual([2, 'open']);
  });

  test('Breaker -> caller: an abort is no evidence, and gives the probe back', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({ breaker: (b = circuit(clock, 1, 1_000)) }));
    it.run([bad()]);
    await it.clock.advance(1_000);
    const controller = new AbortController();
    const probe = it.run([ok(60_000)], { signal: controller.signal });
    await it.clock.advance(10);
    expect(b?.snapshot().kind).toBe('half-open');
    controller.abort('enough');
    await it.clock.advance(0);
    expect([probe.error, b?.snapshot()]).toEqual(['enough', expect.objectContaining({ kind: 'half-open' })]);
    const next = it.run([ok()]);
    await it.clock.advance(0);
    expect([next.value, b?.snapshot().kind]).toEqual(['ok', 'closed']);
  });

  test('Breaker -> Deadline: a deadline that cuts an attempt off is a failure like a timeout', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({ deadline: '5s', breaker: (b = circuit(clock, 1)) }));
    it.run([ok(60_000)]);
    await it.clock.advance(5_000);
    expect(b?.snapshot().kind).toBe('open');
  });

  test('Breaker -> Retry: permanent errors and throttles are no evidence', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({ breaker: (b = circuit(clock, 2)) }));
    for (const error of [permanent, () => throttled(1)]) {
      for (let n = 0; n < 5; n += 1) it.run([bad(0, error)]);
    }
    it.run([bad()]);
    for (let n = 0; n < 5; n += 1) it.run([bad(0, permanent)]);
    await it.clock.advance(0);
    expect(b?.snapshot().kind).toBe('closed');
    // Nor do they interrupt failures in a row.
    it.run([bad()]);
    await it.clock.advance(0);
    expect(b?.snapshot().kind).toBe('open');
  });

  test('Breaker -> Bulkhead: a full one is no evidence, and gives the probe back', async () => {
    let b: Breaker | undefined;
    const concurrency = bulkhead({ concurrent: 1 });
    const it = compose((clock) => ({ breaker: (b = circuit(clock, 1, 1_000)), concurrency }));
    it.run([bad()]);
    await it.clock.advance(1_000);
    const slot = await concurrency.acquire();
    const refused = it.run([ok()]);
    await it.clock.advance(0);
    expect(refused.error).toMatchObject({ code: 'ERR_BULKHEAD_FULL', stopReason: 'bulkhead-full' });
    expect(b?.snapshot().kind).toBe('half-open');
    slot.release('none', 0);
    const next = it.run([ok()]);
    await it.clock.advance(0);
    expect([next.value, it.starts.length, b?.snapshot().kind]).toEqual(['ok', 2, 'closed']);
  });

  test('Breaker -> RateLimit: a refused start is no evidence, and gives the probe back', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({
      breaker: (b = circuit(clock, 1, 1_000)),
      rate: rateLimit('1/5s', { clock, maxWait: '1s' }),
    }));
    it.run([bad()]);
    await it.clock.advance(1_000);
    const refused = it.run([ok()]);
    await it.clock.advance(0);
    expect(refused.error).toMatchObject({ code: 'ERR_RATE_LIMITED', stopReason: 'rate-limited' });
    expect(failureOf(refused.error)?.retryAfterMs).toBe(4_000);
    await it.clock.advance(4_000);
    const next = it.run([ok()]);
    await it.clock.advance(0);
    expect([next.value, it.starts, b?.snapshot().kind]).toEqual(['ok', [0, 5_000], 'closed']);
  });

  test('Breaker -> Hedge: an attempt that a copy saved is a success, one with copies that failed is one failure', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({ breaker: (b = circuit(clock, 2)), hedge: { after: '1s', copies: 2 } }));
    it.run([bad(0)]);
    await it.clock.advance(0);
    expect([it.starts.length, b?.snapshot().kind]).toEqual([3, 'closed']);
    const saved = it.run([bad(0), ok(0)]);
    await it.clock.advance(0);
    it.run([bad(0)]);
    await it.clock.advance(0);
    // Were the saved one no success, this would be the second failure in a row.
    expect([saved.value, b?.snapshot().kind]).toEqual(['ok', 'closed']);
  });

  test('Breaker -> Timeout: what a deaf function brings too late changes nothing', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({ attemptTimeout: '1s', breaker: (b = circuit(clock, 1, 10_000)) }));
    it.run([deaf(5_000)]);
    await it.clock.advance(5_000);
    expect([it.count('late'), b?.snapshot().kind]).toEqual([1, 'open']);
  });

  test('Breaker -> Chaos: what chaos breaks opens the circuit', async () => {
    let b: Breaker | undefined;
    const chaos: ChaosPolicy = {
      name: 'always',
      inject: () => () =>
        Promise.reject(
          new TypeError('no', { cause: Object.assign(new Error('lost'), { code: 'ECONNRESET' }) }),
        ),
    };
    const it = compose((clock) => ({ breaker: (b = circuit(clock, 1)), chaos }));
    it.run([ok()]);
    await it.clock.advance(0);
    expect([it.starts.length, b?.snapshot().kind]).toEqual([0, 'open']);
  });
});
