import { expect, test } from 'vitest';
import type { Timer } from '../../clock/index.ts';
import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { PolicyEvent } from '../events.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { bad, compose, ok } from '../testing/composed.ts';
import { RESET, watch } from '../testing/policy-setup.ts';
import { memoryState } from '../../state/memory-state.ts';
import type { StateStore } from '../../state/state-store.ts';
import { failureOf } from './failure.ts';
import { resilient } from './resilient.ts';

/** Aborts in the turn in which a timer of this length fires, right after it: the run has not gone on yet. */
class AbortingClock extends VirtualClock {
  readonly controller = new AbortController();
  readonly #ms: number;
  fired = 0;

  constructor(ms: number) {
    super();
    this.#ms = ms;
  }

  override timer(ms: number, callback: () => void): Timer {
    return super.timer(ms, () => {
      callback();
      if (ms !== this.#ms) return;
      this.fired += 1;
      this.controller.abort('enough');
    });
  }
}

test('an abort in the moment in which a backoff ends runs no hook any more', async () => {
  const clock = new AbortingClock(1_000);
  let hooks = 0;
  const before = async (): Promise<void> => void (hooks += 1);
  const policy = resilient('x', {
    retry: { network: { attempts: 3, backoff: constant('1s'), before } },
    clock,
  });
  const run = watch(policy.run(() => Promise.reject(RESET()), { signal: clock.controller.signal }));
  await clock.advance(10_000);
  expect([run.error, clock.fired, hooks]).toEqual(['enough', 1, 0]);
});

test('an abort in the moment in which a backoff ends makes no call any more', async () => {
  const clock = new AbortingClock(1_000);
  let calls = 0;
  const policy = resilient('x', { retry: { network: { attempts: 3, backoff: constant('1s') } }, clock });
  const run = watch(
    policy.run(() => ((calls += 1), Promise.reject(RESET())), { signal: clock.controller.signal }),
  );
  await clock.advance(10_000);
  expect([run.error, clock.fired, calls]).toEqual(['enough', 1, 1]);
});

test('an abort in the moment in which a start is free makes no call, and gives the start back', async () => {
  const clock = new AbortingClock(3_000);
  const rate = rateLimit('1/3s', { clock });
  const policy = resilient('x', { rate, clock });
  await policy.run(() => 'first');
  let calls = 0;
  const run = watch(policy.run(() => (calls += 1), { signal: clock.controller.signal }));
  await clock.advance(3_000);
  expect([run.error, clock.fired, calls, rate.reserve().waitMs]).toEqual(['enough', 1, 0, 0]);
});

test('an abort in the moment in which a place is free makes no call, and gives the place back', async () => {
  const concurrency = bulkhead({ concurrent: 1, queue: 1 });
  const policy = resilient('x', { concurrency });
  const slot = await concurrency.acquire();
  const controller = new AbortController();
  let calls = 0;
  const run = watch(policy.run(() => (calls += 1), { signal: controller.signal }));
  slot.release('success', 1);
  controller.abort('enough');
  await run.promise;
  expect([run.error, calls, concurrency.snapshot()]).toEqual([
    'enough',
    0,
    { limit: 1, running: 0, queued: 0, abandoned: 0 },
  ]);
});

test.each(['attempt', 'hedge'] as const)(
  'who aborts when told of an event %s is followed by no call',
  async (type) => {
    const controller = new AbortController();
    const told: PolicyEvent['type'][] = [];
    let calls = 0;
    const clock = new VirtualClock();
    const policy = resilient('x', {
      hedge: { after: '1s', copies: 3 },
      clock,
      onEvent: (event) => {
        told.push(event.type);
        if (event.type === type) controller.abort('enough');
      },
    });
    const run = watch(
      policy.run(({ signal }) => ((calls += 1), clock.sleep(60_000, { signal })), {
        signal: controller.signal,
      }),
    );
    await clock.advance(10_000);
    expect(run.error).toBe('enough');
    expect([calls, clock.pending]).toEqual([type === 'attempt' ? 0 : 1, 0]);
    expect(told.filter((each) => each === type)).toHaveLength(1);
  },
);

test('a circuit that opened during the wait for a start gives that start to others', async () => {
  const it = compose((clock) => ({
    retry: { network: { attempts: 3, backoff: constant('1s') } },
    breaker: breaker({ name: 'b', failures: 1, openMs: '1m', clock, random: { next: () => 0 } }),
    rate: rateLimit('1/10s', { clock }),
  }));
  const slow = it.run([bad(5_000), ok()]);
  const waiting = it.run([ok()]);
  await it.clock.advance(9_999);
  expect(it.starts).toEqual([0]);
  // At 10 s its start is free, and the circuit has been open since 5 s: both wait for that.
  await it.clock.advance(55_001);
  expect(it.starts).toEqual([0, 65_000]);
  await it.clock.advance(20_000);
  expect([slow.value, waiting.value, it.starts.length]).toEqual(['ok', 'ok', 3]);
});

test('a start that would come after the deadline tells the time, also at the first attempt', async () => {
  const it = compose((clock) => ({ deadline: '5s', rate: rateLimit('1/10s', { clock }) }));
  it.run([ok()]);
  const run = it.run([ok()]);
  await it.clock.advance(0);
  expect(run.error).toMatchObject({ code: 'ERR_RATE_LIMITED', retryAfterMs: 10_000 });
  expect(failureOf(run.error)?.stopReason).toBe('deadline');
});

test.each(['the deadline', 'the caller'])(
  'a success does not wait for a state store that hangs longer than %s allows',
  async (who) => {
    const clock = new VirtualClock();
    const store = memoryState();
    let hangs = false;
    const state: StateStore = {
      ...store,
      update: (...args) => (hangs ? new Promise(() => {}) : store.update(...args)),
    };
    const circuit = breaker({
      name: 'b',
      failures: 1,
      openMs: '1s',
      state,
      clock,
      random: { next: () => 0 },
    });
    const policy = resilient('x', {
      breaker: circuit,
      clock,
      ...(who === 'the deadline' ? { deadline: '10s' } : {}),
    });
    await watch(policy.run(() => Promise.reject(RESET()))).promise;
    await clock.advance(1_000);
    hangs = true;
    const caller = new AbortController();
    const run = watch(policy.run(() => 'done', { signal: caller.signal }));
    await clock.advance(9_999);
    expect(run.settled).toBe(false);
    if (who === 'the caller') caller.abort('enough');
    await clock.advance(1);
    expect([run.value, circuit.snapshot().kind]).toEqual(['done', 'closed']);
  },
);
