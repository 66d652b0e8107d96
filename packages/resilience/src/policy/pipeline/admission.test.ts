import { describe, expect, test, vi } from 'vitest';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { Breaker, Permit } from '../breaker/breaker.ts';
import type { ConcurrencyLimit, Slot } from '../limit/concurrency-limit.ts';
import type { RateLimiter } from '../limit/rate-limiter.ts';
import { bad, compose, ok } from '../testing/composed.ts';
import { failures, RULE, verdict } from '../testing/failing-run.ts';
import { failureOf } from './failure.ts';
import type { Wait } from './wait.ts';

/** What is asked for before an attempt, in which order, and what is given back where it is not used. */

const LOST = { network: { attempts: 3, backoff: constant('1s') } };

/** Parts that write what they are asked and told into one list, and answer as they are told to. */
function parts() {
  const log: unknown[] = [];
  const permits: (Permit | Promise<Permit>)[] = [];
  const places: (Slot | Promise<Slot>)[] = [];
  const starts: number[][] = [];
  const records: (() => Promise<void>)[] = [];
  const real = breaker({ name: 'b', failures: 99, openMs: '1h' });
  const circuit: Breaker = {
    name: 'b',
    rules: real.rules,
    permitted: () => (log.push('permitted'), permits.shift() ?? real.permitted()),
    record: (outcome) => (log.push(`record ${outcome}`), records.shift()?.()),
    refusal: (permit) => real.refusal(permit),
    probeNow: () => {},
    isolate: () => {},
    release: () => {},
    snapshot: () => real.snapshot(),
  };
  const slot = (name = 'place'): Slot => ({
    release: (...all) => void log.push([name, ...all]),
    abandon: () => void log.push('abandon'),
  });
  const concurrency: ConcurrencyLimit = {
    kind: 'bulkhead',
    acquire: () => (log.push('acquire'), places.shift() ?? slot()),
    snapshot: () => ({ limit: 1, running: 0, queued: 0, abandoned: 0 }),
  };
  const rate: RateLimiter = {
    limit: 1,
    perMs: 1,
    reserve: () => {
      log.push('reserve');
      const left = starts.shift() ?? [0];
      return {
        get waitMs(): number {
          return (left.length > 1 ? left.shift() : left[0]) ?? 0;
        },
        cancel: () => void log.push('cancel'),
      };
    },
    pause: () => {},
  };
  const allowed = (): Permit => real.permitted() as Permit;
  return { log, permits, places, starts, records, circuit, concurrency, rate, slot, allowed };
}

/** Leave that an open circuit refuses for a second. */
function refused(): Permit {
  const { clock } = compose(() => ({}));
  const open = breaker({ name: 'b', failures: 1, openMs: 1_000, clock, random: { next: () => 0 } });
  void open.record('failure', open.permitted() as Permit);
  return open.permitted() as Permit;
}

describe('before an attempt', () => {
  test('breaker, place and start are asked in this order, and told how it went', async () => {
    const p = parts();
    const it = compose(() => ({ breaker: p.circuit, concurrency: p.concurrency, rate: p.rate }));
    const run = it.run([ok(500)]);
    await it.clock.advance(500);
    expect([run.value, p.log]).toEqual([
      'ok',
      ['permitted', 'acquire', 'reserve', ['place', 'success', 500, undefined], 'record success'],
    ]);
  });

  test('a circuit that opens while a start is waited for takes place and start away, and all is asked anew', async () => {
    const p = parts();
    p.permits.push(p.allowed(), refused());
    p.starts.push([300, 300, 300, 0]);
    const it = compose(() => ({
      breaker: p.circuit,
      concurrency: p.concurrency,
      rate: p.rate,
      retry: LOST,
    }));
    const run = it.run([ok(500)]);
    await it.clock.advance(300);
    const before = [
      'permitted',
      'acquire',
      'reserve',
      'record none',
      'permitted',
      ['place', 'none', 0, undefined],
    ];
    expect(p.log).toEqual([...before, 'cancel']);
    await it.clock.advance(1_500);
    expect([run.value, it.starts]).toEqual(['ok', [1_300]]);
    expect(p.log.slice(7)).toEqual([
      'permitted',
      'acquire',
      'reserve',
      ['place', 'success', 500, undefined],
      'record success',
    ]);
  });

  test('a circuit that opens while a place is waited for gives that place back, and asks for another', async () => {
    const p = parts();
    p.permits.push(p.allowed(), refused());
    p.places.push(Promise.resolve(p.slot('first')));
    const it = compose(() => ({ breaker: p.circuit, concurrency: p.concurrency, retry: LOST }));
    const run = it.run([ok()]);
    await it.clock.advance(1_000);
    expect(run.value).toBe('ok');
    expect(p.log).toEqual([
      'permitted',
      'acquire',
      'record none',
      'permitted',
      ['first', 'none', 0, undefined],
      'permitted',
      'acquire',
      ['place', 'success', 0, undefined],
      'record success',
    ]);
  });

  test('leave is given back once for a place and a start that have to be waited for', async () => {
    const p = parts();
    p.places.push(Promise.resolve(p.slot()));
    p.starts.push([300, 300, 0]);
    const it = compose(() => ({ breaker: p.circuit, concurrency: p.concurrency, rate: p.rate }));
    const run = it.run([ok()]);
    await it.clock.advance(300);
    expect(run.value).toBe('ok');
    expect(p.log.filter((entry) => entry === 'record none')).toHaveLength(2);
    expect(p.log.filter((entry) => entry === 'permitted')).toHaveLength(3);
    expect(p.log.at(-1)).toBe('record success');
    const q = parts();
    q.permits.push(q.allowed());
    q.starts.push([300, 300, 0]);
    q.places.push(Promise.resolve(q.slot()));
    const free = compose(() => ({ concurrency: q.concurrency, rate: q.rate }));
    const other = free.run([ok()]);
    await free.clock.advance(300);
    expect([other.value, q.log]).toEqual(['ok', ['acquire', 'reserve', ['place', 'success', 0, undefined]]]);
  });
});

describe('leave that comes after the run was stopped', () => {
  test.each([
    ['given', ['permitted', 'record none']],
    ['refused', ['permitted']],
  ])('%s: %j', async (kind, log) => {
    const p = parts();
    const later = Promise.withResolvers<Permit>();
    p.permits.push(later.promise);
    const it = compose(() => ({ breaker: p.circuit, deadline: '1s' }));
    const run = it.run([ok()]);
    await it.clock.advance(1_000);
    expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE' });
    later.resolve(kind === 'given' ? p.allowed() : refused());
    await it.clock.advance(0);
    expect([p.log, it.starts]).toEqual([log, []]);
  });

  test('is given back, and what goes wrong with that is a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const defect = new Error('store');
    const p = parts();
    const later = Promise.withResolvers<Permit>();
    p.permits.push(later.promise);
    p.records.push(() => Promise.reject(defect));
    const it = compose(() => ({ breaker: p.circuit, deadline: '1s' }));
    it.run([ok()]);
    await it.clock.advance(1_000);
    later.resolve(p.allowed());
    await it.clock.advance(0);
    expect(warn.mock.calls).toEqual([[defect]]);
    warn.mockRestore();
  });
});

test('who is told of the wait for a circuit learns what failed before, or else the refusal', async () => {
  const waits: Wait[] = [];
  const onWait = (wait: Wait): void => void (wait.kind === 'circuit' && waits.push(wait));
  const p = parts();
  p.permits.push(refused(), p.allowed(), refused());
  const it = compose(() => ({ breaker: p.circuit, retry: LOST }));
  const error = Object.assign(new Error('lost'), { verdict: verdict('network') });
  const run = it.run([bad(0, () => error), ok()], { onWait });
  await it.clock.advance(5_000);
  expect(run.value).toBe('ok');
  expect(waits).toMatchObject([
    { error: { code: 'ERR_CIRCUIT_OPEN' } },
    { error, verdict: verdict('network') },
  ]);
  expect(waits[0]?.verdict).toBeUndefined();
});

test('a place that is refused later is refused, and no part is to blame', async () => {
  const p = parts();
  const full = Object.assign(new Error('full'), { verdict: verdict('local') });
  p.places.push(Promise.reject(full));
  const it = failures({ concurrency: p.concurrency }, [undefined]);
  await it.clock.advance(0);
  expect([it.run.error, failureOf(full)?.stopReason]).toEqual([full, 'bulkhead-full']);
  p.places.push(Promise.reject(full));
  const again = failures({ concurrency: p.concurrency, retry: { local: RULE } }, [undefined]);
  await again.clock.advance(1_000);
  expect([again.run.value, again.starts]).toEqual(['ok', [1_000]]);
});
