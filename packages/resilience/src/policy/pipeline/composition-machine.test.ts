import { describe, expect, test } from 'vitest';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { Breaker } from '../breaker/breaker.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import type { TokenBucket } from '../budget/token-bucket.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { bad, compose, deafBad, ok } from '../testing/composed.ts';
import { FakeSignals } from '../testing/every-stage.ts';
import { RESET } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';

const RULE = { attempts: 1, backoff: constant('1s') };
const NIGHT = 8 * 3_600_000;

describe('sleep of the machine', () => {
  test('Sleep -> Breaker and Retry: a connection that it cut is no evidence, and no attempt', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({
      retry: { network: RULE },
      breaker: (b = breaker({ name: 'b', failures: 1, openMs: '1m', clock })),
    }));
    const run = it.run([bad(1_000), bad(1_000), bad(1_000), ok()]);
    for (let night = 0; night < 3; night += 1) {
      await it.clock.advance(500);
      await it.clock.suspend(NIGHT);
      // The connection is lost, and a second later the next attempt begins.
      await it.clock.advance(1_500);
    }
    expect([run.value, it.starts.length, b?.snapshot().kind]).toEqual(['ok', 4, 'closed']);
    expect(it.events.flatMap((event) => (event.type === 'failure' ? [event.excused] : []))).toEqual([
      'asleep',
      'asleep',
      'asleep',
    ]);
  });

  test('Sleep -> Timeout: where monotonic time goes on in sleep, the timer of the attempt knows', async () => {
    let b: Breaker | undefined;
    const it = compose((clock) => ({
      attemptTimeout: '1m',
      breaker: (b = breaker({ name: 'b', failures: 1, openMs: '1m', clock })),
    }));
    const run = it.run([
      async (_context, clock) => {
        await clock.sleep(10_000);
        throw RESET();
      },
    ]);
    await it.clock.advance(5_000);
    await it.clock.suspend(NIGHT, { monotonic: true });
    expect(run.error).toMatchObject({ code: 'ECONNRESET' });
    expect(b?.snapshot().kind).toBe('closed');
    expect(failureOf(run.error)?.attempts[0]).toMatchObject({ excused: 'asleep' });
  });

  test('Sleep -> Breaker: a permanent error is what it is, also after a sleep', async () => {
    const it = compose(() => ({ retry: { network: RULE } }));
    const run = it.run([
      async () => {
        await it.clock.sleep(1_000);
        throw new TypeError('a defect');
      },
    ]);
    await it.clock.advance(500);
    await it.clock.suspend(NIGHT);
    await it.clock.advance(500);
    expect(failureOf(run.error)?.attempts[0]?.excused).toBeUndefined();
    expect(it.starts).toHaveLength(1);
  });

  test('Wake -> Retry: an attempt that hangs over a wake is ended, and tried again free of charge', async () => {
    const machine = new FakeSignals();
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      machine,
      retry: { network: { attempts: 1, backoff: constant('1s') } },
      budget: (budget = tokenBucket({ capacity: 1, refillMs: '1000h', clock })),
      concurrency: bulkhead({ concurrent: 1 }),
    }));
    const run = it.run([ok(3_600_000), ok(3_600_000), ok()]);
    for (let n = 0; n < 2; n += 1) {
      await it.clock.advance(500);
      await it.clock.suspend(NIGHT);
      machine.tell({ kind: 'wake', sleptMs: NIGHT });
      await it.clock.advance(1_000);
    }
    expect([run.value, it.starts, budget?.snapshot().tokens]).toEqual(['ok', [0, 1_500, 3_000], 1]);
    expect(machine.listeners.size).toBe(0);
  });
});

describe('a machine without a network', () => {
  test('Offline -> Retry: waits until it is back, and neither counts nor pays', async () => {
    const machine = new FakeSignals();
    let budget: TokenBucket | undefined;
    const it = compose((clock) => ({
      machine,
      retry: { network: RULE },
      budget: (budget = tokenBucket({ capacity: 1, refillMs: '1000h', clock })),
    }));
    const run = it.run([deafBad(100), deafBad(100), ok()]);
    for (let n = 0; n < 2; n += 1) {
      machine.tell({ kind: 'offline' });
      await it.clock.advance(60_000);
      expect([run.settled, it.starts.length]).toEqual([false, n + 1]);
      machine.tell({ kind: 'online' });
      await it.clock.advance(50);
    }
    await it.clock.advance(10_000);
    expect([run.value, budget?.snapshot().tokens, it.clock.pending]).toEqual(['ok', 1, 0]);
    expect(it.starts[1]).toBe(60_000);
  });

  test('Offline -> Breaker: what fails without a network is no evidence', async () => {
    const machine = new FakeSignals();
    let b: Breaker | undefined;
    const it = compose((clock) => ({
      machine,
      breaker: (b = breaker({ name: 'b', failures: 1, openMs: '1m', clock })),
    }));
    machine.tell({ kind: 'offline' });
    const run = it.run([deafBad(100)]);
    await it.clock.advance(100);
    expect([b?.snapshot().kind, failureOf(run.error)?.attempts[0]?.excused]).toEqual(['closed', 'offline']);
  });

  test('Offline -> Deadline: the wait for the network ends at the deadline', async () => {
    const machine = new FakeSignals();
    const it = compose(() => ({ machine, deadline: '1m', retry: { network: RULE } }));
    machine.tell({ kind: 'offline' });
    const run = it.run([deafBad(100)]);
    await it.clock.advance(59_999);
    expect(run.settled).toBe(false);
    await it.clock.advance(1);
    expect([failureOf(run.error)?.stopReason, it.clock.pending, machine.listeners.size]).toEqual([
      'deadline',
      0,
      0,
    ]);
  });
});
