import { describe, expect, test } from 'vitest';
import { constant } from '../backoff/backoff.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { bad, busy, compose, deaf, deafBad, ok } from '../testing/composed.ts';
import type { ChaosPolicy } from './chaos-policy.ts';
import { failureOf } from './failure.ts';

const RULE = { attempts: 3, backoff: constant('1s') };

describe('bulkhead', () => {
  test('Bulkhead -> Timeout: an attempt that was given up keeps its place until it really ends', async () => {
    const concurrency = bulkhead({ concurrent: 1 });
    const it = compose(() => ({ concurrency, attemptTimeout: '1s' }));
    const run = it.run([deaf(5_000)]);
    await it.clock.advance(1_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
    expect(concurrency.snapshot()).toMatchObject({ running: 1, abandoned: 1 });
    const refused = it.run([ok()]);
    await it.clock.advance(3_999);
    expect(refused.error).toMatchObject({ code: 'ERR_BULKHEAD_FULL' });
    await it.clock.advance(1);
    expect(concurrency.snapshot()).toMatchObject({ running: 0, abandoned: 0 });
    expect(it.starts).toEqual([0]);
  });

  test('Bulkhead -> Timeout: the place of one that obeys is free at once', async () => {
    const concurrency = bulkhead({ concurrent: 1 });
    const it = compose(() => ({ concurrency, attemptTimeout: '1s' }));
    it.run([ok(5_000)]);
    await it.clock.advance(1_000);
    expect(concurrency.snapshot()).toMatchObject({ running: 0, abandoned: 0 });
  });

  test('Bulkhead -> Timeout: the time in the queue is not the time of the attempt', async () => {
    const it = compose(() => ({ concurrency: bulkhead({ concurrent: 1, queue: 1 }), attemptTimeout: '2s' }));
    const runs = [it.run([ok(1_500)]), it.run([ok(1_500)])];
    await it.clock.advance(3_000);
    expect([runs.map((run) => run.value), it.starts]).toEqual([
      ['ok', 'ok'],
      [0, 1_500],
    ]);
  });

  test('Bulkhead -> Deadline: a run that was ended keeps the place of its deaf attempt', async () => {
    const concurrency = bulkhead({ concurrent: 1 });
    const it = compose(() => ({ concurrency, deadline: '1s' }));
    it.run([deaf(5_000)]);
    await it.clock.advance(1_000);
    expect(concurrency.snapshot()).toMatchObject({ running: 1, abandoned: 1 });
    await it.clock.advance(4_000);
    expect(concurrency.snapshot()).toMatchObject({ running: 0, abandoned: 0 });
  });

  test('Bulkhead -> Retry: a deaf attempt and its retry are two places', async () => {
    const concurrency = bulkhead({ concurrent: 2 });
    const it = compose(() => ({ concurrency, attemptTimeout: '1s', retry: { timeout: RULE } }));
    const run = it.run([deaf(10_000), ok()]);
    await it.clock.advance(2_000);
    expect([run.value, concurrency.snapshot()]).toEqual([
      'ok',
      expect.objectContaining({ running: 1, abandoned: 1 }),
    ]);
    await it.clock.advance(8_000);
    expect(concurrency.snapshot()).toMatchObject({ running: 0, abandoned: 0 });
  });

  test('Bulkhead -> Retry: a full one can be tried again, as a local failure that is no attempt', async () => {
    const it = compose(() => ({ concurrency: bulkhead({ concurrent: 1 }), retry: { local: RULE } }));
    const first = it.run([ok(1_500)]);
    const second = it.run([ok()]);
    await it.clock.advance(2_000);
    expect([first.value, second.value, it.starts]).toEqual(['ok', 'ok', [0, 2_000]]);
    expect([it.count('attempt'), it.count('failure')]).toEqual([2, 0]);
  });

  test('Bulkhead -> Retry: without a rule for local failures a full one is the answer, at once', async () => {
    const it = compose(() => ({ concurrency: bulkhead({ concurrent: 1 }), retry: { network: RULE } }));
    it.run([ok(1_500)]);
    const second = it.run([ok()]);
    await it.clock.advance(0);
    expect(second.error).toMatchObject({ code: 'ERR_BULKHEAD_FULL', stopReason: 'bulkhead-full' });
    expect(failureOf(second.error)?.attempts).toEqual([]);
  });

  test('Bulkhead -> RateLimit: who waits for a start has a place', async () => {
    const concurrency = bulkhead({ concurrent: 1, queue: 1 });
    const it = compose((clock) => ({ concurrency, rate: rateLimit('1/10s', { clock }) }));
    it.run([ok()]);
    await it.clock.advance(0);
    const second = it.run([ok()]);
    await it.clock.advance(5_000);
    expect(concurrency.snapshot()).toMatchObject({ running: 1 });
    await it.clock.advance(5_000);
    expect([second.value, it.starts, concurrency.snapshot().running]).toEqual(['ok', [0, 10_000], 0]);
  });

  test('Bulkhead -> RateLimit: who waits in the queue takes no start', async () => {
    const concurrency = bulkhead({ concurrent: 1, queue: 1 });
    const it = compose((clock) => ({ concurrency, rate: rateLimit('1/10s', { clock }) }));
    const controller = new AbortController();
    it.run([ok(60_000)]);
    it.run([ok()], { signal: controller.signal });
    await it.clock.advance(20_000);
    controller.abort();
    const third = it.run([ok()]);
    await it.clock.advance(40_000);
    // The first start was long ago, so the third call waits for the place alone.
    expect([third.value, it.starts]).toEqual(['ok', [0, 60_000]]);
  });

  test('Bulkhead -> Hedge: copies share the place of their attempt, and the loser keeps it', async () => {
    const concurrency = bulkhead({ concurrent: 1 });
    const it = compose(() => ({ concurrency, hedge: { after: '1s', copies: 1 } }));
    const run = it.run([deaf(10_000, 'slow'), ok(500, 'fast')]);
    await it.clock.advance(1_200);
    expect(concurrency.snapshot()).toMatchObject({ running: 1 });
    await it.clock.advance(300);
    expect([run.value, concurrency.snapshot().running]).toEqual(['fast', 1]);
    await it.clock.advance(8_499);
    expect(concurrency.snapshot().running).toBe(1);
    await it.clock.advance(1);
    expect(concurrency.snapshot()).toMatchObject({ running: 0, abandoned: 0 });
  });
});

describe('rate limit', () => {
  test('RateLimit -> Hedge: copies take no start of their own', async () => {
    const it = compose((clock) => ({
      rate: rateLimit('1/10s', { clock }),
      hedge: { after: '1s', copies: 2 },
    }));
    const run = it.run([ok(60_000), ok(60_000), ok(10)]);
    await it.clock.advance(2_010);
    expect([run.value, it.starts]).toEqual(['ok', [0, 1_000, 2_000]]);
  });

  test('RateLimit -> Timeout: the wait for a start is not the time of the attempt', async () => {
    const it = compose((clock) => ({ rate: rateLimit('1/10s', { clock }), attemptTimeout: '2s' }));
    it.run([ok()]);
    const second = it.run([ok(1_999)]);
    await it.clock.advance(12_000);
    expect([second.value, it.starts]).toEqual(['ok', [0, 10_000]]);
  });

  test('RateLimit -> caller: who leaves gives the start back', async () => {
    const it = compose((clock) => ({ rate: rateLimit('1/10s', { clock }) }));
    it.run([ok()]);
    const controller = new AbortController();
    const second = it.run([ok()], { signal: controller.signal });
    await it.clock.advance(1_000);
    controller.abort('enough');
    await it.clock.advance(0);
    expect([second.error, it.clock.pending]).toEqual(['enough', 0]);
    const third = it.run([ok()]);
    await it.clock.advance(9_000);
    expect([third.value, it.starts]).toEqual(['ok', [0, 10_000]]);
  });

  test('RateLimit -> Retry: keys part the rate, and a run keeps its key', async () => {
    const it = compose((clock) => ({ rate: rateLimit('1/10s', { clock }), retry: { network: RULE } }));
    const one = it.run([bad(), ok()], { key: 'a' });
    const two = it.run([bad(), ok()], { key: 'b' });
    await it.clock.advance(10_000);
    expect([one.value, two.value, it.starts]).toEqual(['ok', 'ok', [0, 0, 10_000, 10_000]]);
  });
});

describe('hedge', () => {
  test('Hedge -> Timeout: each copy has the whole time; a copy that times out starts the next', async () => {
    const it = compose(() => ({ hedge: { after: '2s', copies: 3 }, attemptTimeout: '3s' }));
    const run = it.run([ok(60_000), ok(60_000), ok(60_000), ok(2_999)]);
    await it.clock.advance(60_000);
    // The first gives up at 3 s and starts the third, the second at 5 s starts the fourth.
    expect([run.value, it.starts]).toEqual(['ok', [0, 2_000, 3_000, 5_000]]);
    expect(it.clock.pending).toBe(0);
  });

  test('Hedge -> Retry: a delay that throws, or makes no sense, starts no copy and fails nothing', async () => {
    let asked = 0;
    const after = (): number => {
      asked += 1;
      if (asked === 1) throw new Error('no delay');
      return Number.NaN;
    };
    const it = compose(() => ({ hedge: { after, copies: 2 }, retry: { network: RULE } }));
    const run = it.run([ok(60_000), ok(60_000)]);
    await it.clock.advance(60_000);
    const other = it.run([bad(10), ok(5_000)]);
    await it.clock.advance(60_000);
    expect([run.value, other.value, asked, it.starts]).toEqual(['ok', 'ok', 3, [0, 60_000, 60_010]]);
  });

  test('Hedge -> Stall: the progress of one copy does not keep another', async () => {
    const it = compose(() => ({ hedge: { after: '3s', copies: 1 }, stall: '2s' }));
    const run = it.run([busy(1_500, 4), ok(60_000)]);
    await it.clock.advance(60_000);
    expect([run.value, it.starts]).toEqual(['busy', [0, 3_000]]);
  });

  test('Hedge -> Chaos: each copy meets chaos by itself', async () => {
    let injected = 0;
    const chaos: ChaosPolicy = {
      name: 'first',
      inject: (fn) => async (context) => {
        injected += 1;
        if (injected === 1) await it.clock.sleep(60_000, { signal: context.signal });
        return await fn(context);
      },
    };
    const it = compose(() => ({ hedge: { after: '1s', copies: 1 }, chaos }));
    const run = it.run([ok()]);
    await it.clock.advance(1_000);
    expect([run.value, injected, it.starts, it.clock.pending]).toEqual(['ok', 2, [1_000], 0]);
  });

  test('Hedge -> dispose: what a deaf loser brings is disposed of; what it throws is told', async () => {
    const disposed: unknown[] = [];
    const it = compose(() => ({
      hedge: { after: '1s', copies: 2 },
      dispose: (value) => void disposed.push(value),
    }));
    const run = it.run([deaf(10_000, 'slow'), deafBad(5_000), ok(100, 'fast')]);
    await it.clock.advance(20_000);
    expect([run.value, disposed]).toEqual(['fast', ['slow']]);
    expect([it.count('late'), it.count('discarded')]).toEqual([2, 1]);
  });
});

describe('attempt timeout and stall', () => {
  test('Timeout -> Stall: progress holds off the stall limit alone', async () => {
    const it = compose(() => ({ attemptTimeout: '10s', stall: '2s' }));
    const run = it.run([busy(1_500, 100)]);
    await it.clock.advance(10_000);
    expect([run.error, it.count('stall')]).toEqual([
      expect.objectContaining({ code: 'ERR_TIMEOUT_ATTEMPT', limitMs: 10_000 }),
      0,
    ]);
  });

  test('Timeout -> Stall: without progress the shorter limit passes first', async () => {
    const it = compose(() => ({ attemptTimeout: '10s', stall: '2s' }));
    const run = it.run([ok(60_000)]);
    await it.clock.advance(2_000);
    expect([run.error, it.clock.pending]).toEqual([
      expect.objectContaining({ code: 'ERR_TIMEOUT_STALL', limitMs: 2_000 }),
      0,
    ]);
  });

  test('Timeout -> Chaos: a delay of chaos counts', async () => {
    const chaos: ChaosPolicy = {
      name: 'slow',
      inject: (fn) => async (context) => {
        await it.clock.sleep(5_000, { signal: context.signal });
        return await fn(context);
      },
    };
    const it = compose(() => ({ attemptTimeout: '1s', chaos }));
    const run = it.run([ok()]);
    await it.clock.advance(1_000);
    expect([run.error, it.starts]).toEqual([expect.objectContaining({ code: 'ERR_TIMEOUT_ATTEMPT' }), []]);
  });

  test('Timeout -> dispose: a value that came too late is disposed of once', async () => {
    const disposed: unknown[] = [];
    const it = compose(() => ({
      attemptTimeout: '1s',
      retry: { timeout: RULE },
      dispose: (value) => void disposed.push(value),
    }));
    const run = it.run([deaf(5_000, 'one'), deaf(5_000, 'two'), ok(0, 'three')]);
    await it.clock.advance(60_000);
    expect([run.value, disposed, it.count('discarded')]).toEqual(['three', ['one', 'two'], 2]);
    expect(failureOf(run.error)).toBeUndefined();
  });
});
