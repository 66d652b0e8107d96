import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { constant } from '../backoff/backoff.ts';
import type { Backoff } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { bad, compose, ok } from '../testing/composed.ts';
import { FakeSignals } from '../testing/every-stage.ts';
import { RULE, verdict } from '../testing/failing-run.ts';
import { RESET } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import type { PolicyOptions } from './options.ts';
import type { Wait } from './wait.ts';

/** Moments in which a run is stopped, or learns what the machine did. */

const LOST = { retry: { network: RULE } };

describe('a caller who aborts', () => {
  const reason = new Error('enough');

  test('while the backoff is asked begins no wait', async () => {
    const controller = new AbortController();
    const backoff: Backoff = { ...constant('1s'), delayMs: () => (controller.abort(reason), 1_000) };
    const it = compose(() => ({ retry: { network: { attempts: 1, backoff } } }));
    const run = it.run([bad()], { signal: controller.signal });
    await it.clock.advance(0);
    expect([run.error, it.clock.pending, it.starts]).toEqual([reason, 0, [0]]);
  });

  test('within the hook before a retry does not wait for that hook', async () => {
    const controller = new AbortController();
    const before = (): Promise<void> => {
      controller.abort(reason);
      return new Promise(() => {});
    };
    const it = compose(() => ({ retry: { network: { ...RULE, before } } }));
    const run = it.run([bad()], { signal: controller.signal });
    await it.clock.advance(1_000);
    expect([run.error, it.starts, failureOf(reason)]).toEqual([reason, [0], undefined]);
  });

  test('when told of the failure gets the reason, and is told once that the run ends', async () => {
    const controller = new AbortController();
    const ends: unknown[] = [];
    const it = compose(() => ({
      ...LOST,
      onEvent: (event) => {
        if (event.type === 'failure') controller.abort(reason);
        if (event.type === 'give-up') ends.push([event.stopReason, event.error]);
      },
    }));
    const error = RESET();
    const run = it.run([bad(0, () => error)], { signal: controller.signal });
    await it.clock.advance(0);
    expect([run.error, ends, failureOf(error)]).toEqual([reason, [['aborted', reason]], undefined]);
  });

  test('is not listened to any more when the run is over', async () => {
    const { signal } = new AbortController();
    const it = compose(() => ({}));
    const run = it.run([ok(10)], { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await it.clock.advance(10);
    expect([run.value, getEventListeners(signal, 'abort').length]).toEqual(['ok', 0]);
  });
});

describe('who is told of waits', () => {
  test('learns what failed, and how that was judged', async () => {
    const waits: Wait[] = [];
    const it = compose(() => LOST);
    const error = RESET();
    it.run([bad(0, () => error), ok()], { onWait: (wait) => void waits.push(wait) });
    await it.clock.advance(1_000);
    const verdictOf = { category: 'network', code: 'ECONNRESET' };
    expect(waits).toMatchObject([{ kind: 'backoff', attempt: 1, error, verdict: verdictOf }]);
  });

  test('learns of no failure before there was one', async () => {
    const waits: Wait[] = [];
    const it = compose((clock) => ({ rate: rateLimit('1/s', { clock }) }));
    it.run([ok()]);
    it.run([ok()], { onWait: (wait) => void waits.push(wait) });
    await it.clock.advance(1_000);
    expect(waits).toMatchObject([{ kind: 'rate', attempt: 0, error: undefined }]);
    expect(waits[0]).not.toHaveProperty('verdict');
  });
});

test('parts that learn nothing, or answer at once, are no cause for warnings', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const it = compose((clock) => ({
    ...LOST,
    breaker: breaker({ name: 'b', failures: 9, openMs: '1h', clock }),
    budget: tokenBucket({ capacity: 9, refillMs: '1h', clock }),
    rate: rateLimit('9/ms', { clock, burst: 9 }),
  }));
  const run = it.run([bad(), ok()]);
  await it.clock.advance(1_000);
  expect([run.value, warn.mock.calls]).toEqual(['ok', []]);
  warn.mockRestore();
});

describe('the machine', () => {
  function onMachine(options: PolicyOptions<string> = LOST) {
    const machine = new FakeSignals();
    return { machine, ...compose(() => ({ machine, ...options })) };
  }

  test('that slept before an attempt excuses nothing in it', async () => {
    const it = compose(() => ({}));
    await it.clock.suspend(3_600_000);
    const run = it.run([bad(100)]);
    await it.clock.advance(100);
    expect(failureOf(run.error)?.attempts).toEqual([expect.not.objectContaining({ excused: 'asleep' })]);
  });

  test('that tells again that it has a network excuses nothing', async () => {
    const it = onMachine({});
    const run = it.run([bad(100)]);
    await it.clock.advance(50);
    it.machine.tell({ kind: 'online' });
    await it.clock.advance(50);
    expect(failureOf(run.error)?.attempts).toEqual([expect.not.objectContaining({ excused: 'offline' })]);
  });

  test('that only tells of its network ends no backoff, however long it slept', async () => {
    const it = onMachine();
    it.run([bad(), ok()]);
    await it.clock.advance(0);
    await it.clock.suspend(5_000);
    it.machine.tell({ kind: 'online' });
    await it.clock.advance(999);
    expect(it.starts).toEqual([0]);
    await it.clock.advance(1);
    expect(it.starts).toHaveLength(2);
  });

  test('that has run for long ends a backoff only for what it slept in it', async () => {
    const it = onMachine();
    await it.clock.advance(60_000);
    it.run([bad(), ok()]);
    await it.clock.advance(0);
    await it.clock.suspend(500);
    it.machine.tell({ kind: 'wake', sleptMs: 500 });
    await it.clock.advance(999);
    expect(it.starts).toEqual([60_000]);
    await it.clock.advance(1);
    expect(it.starts).toEqual([60_000, 61_000]);
  });
});

test('an attempt that is excused took no time for the rate of slow calls', async () => {
  const real = breaker({ name: 'b', failures: 9, openMs: '1h' });
  const told: unknown[] = [];
  const part = {
    name: 'b',
    rules: { ...real.rules, slow: { afterMs: 100, rate: 0.5 } },
    permitted: () => real.permitted(),
    record: (...[outcome, , durationMs]: Parameters<typeof real.record>) =>
      void told.push([outcome, durationMs]),
    refusal: real.refusal.bind(real),
    probeNow: () => {},
    isolate: () => {},
    release: () => {},
    snapshot: () => real.snapshot(),
  };
  const asleep = Object.assign(new Error('asleep'), {
    verdict: verdict('network', { code: 'ERR_SYSTEM_WAKE' }),
  });
  const it = compose(() => ({ breaker: part }));
  it.run([bad(300, () => asleep)]);
  it.run([bad(300)]);
  await it.clock.advance(300);
  expect(told).toEqual([
    ['none', 0],
    ['failure', 300],
  ]);
});
