import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import type { PolicyEvent } from '../events.ts';
import { bad, compose, deaf, deafBad, ok } from '../testing/composed.ts';
import type { Composed } from '../testing/composed.ts';
import { RESET, stuck, throttled, watch } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import { resilient } from './resilient.ts';

/** The events of one type, with the number of the run taken out of them. */
function told(it: Composed, type: PolicyEvent['type']): unknown[] {
  return it.events.filter((event) => event.type === type).map((event) => ({ ...event, run: 'run' }));
}

const ABOUT = { policy: 'composed', run: 'run' };

describe('events are whole', () => {
  test('of a result that comes too late, and of its disposal', async () => {
    const disposed: unknown[] = [];
    const dispose = (value: unknown): void => void disposed.push(value);
    const it = compose(() => ({ attemptTimeout: '1s', dispose, retry: { timeout: { attempts: 1 } } }));
    const run = it.run([deaf(5_000), ok()]);
    await it.clock.advance(5_000);
    expect([run.value, disposed]).toEqual(['ok', ['late']]);
    // By then the second attempt was the last.
    expect(told(it, 'late')).toStrictEqual([{ type: 'late', ...ABOUT, attempt: 1, outcome: 'fulfilled' }]);
    expect(told(it, 'discarded')).toStrictEqual([{ type: 'discarded', ...ABOUT, attempt: 1 }]);
  });

  test('of a failure that comes too late, which is not disposed of', async () => {
    const disposed: unknown[] = [];
    const dispose = (value: unknown): void => void disposed.push(value);
    const it = compose(() => ({ attemptTimeout: '1s', dispose }));
    it.run([deafBad(5_000)]);
    await it.clock.advance(5_000);
    const late = { type: 'late', ...ABOUT, attempt: 1, outcome: 'rejected', error: expect.any(Error) };
    expect(told(it, 'late')).toStrictEqual([late]);
    expect([disposed, it.count('discarded')]).toEqual([[], 0]);
  });

  test('without dispose nothing is discarded', async () => {
    const it = compose(() => ({ attemptTimeout: '1s' }));
    it.run([deaf(5_000)]);
    await it.clock.advance(5_000);
    expect([it.count('late'), it.count('discarded')]).toEqual([1, 0]);
  });

  test('of a stall that is only told, and of one that is enforced', async () => {
    const warned = compose(() => ({ stall: { after: '1s', mode: 'warn' } }));
    const run = warned.run([ok(3_500)]);
    await warned.clock.advance(3_500);
    expect(run.value).toBe('ok');
    const stall = { type: 'stall', ...ABOUT, attempt: 1, afterMs: 1_000 };
    expect(told(warned, 'stall')).toStrictEqual([{ ...stall, mode: 'warn' }]);
    const enforced = compose(() => ({ stall: { after: '1s' } }));
    const ended = enforced.run([ok(3_500)]);
    await enforced.clock.advance(1_000);
    expect(ended.error).toMatchObject({ code: 'ERR_TIMEOUT_STALL' });
    expect(told(enforced, 'stall')).toStrictEqual([{ ...stall, mode: 'enforce' }]);
    const timeout = { type: 'timeout', ...ABOUT, attempt: 1, code: 'ERR_TIMEOUT_STALL' };
    expect(told(enforced, 'timeout')).toStrictEqual([timeout]);
  });

  test('of a timeout there is no stall', async () => {
    const it = compose(() => ({ attemptTimeout: '1s', stall: '5s' }));
    it.run([ok(3_500)]);
    await it.clock.advance(1_000);
    expect([it.count('timeout'), it.count('stall')]).toEqual([1, 0]);
  });

  test('of a run that gives up, with the time to wait where it is known', async () => {
    const it = compose(() => ({}));
    const error = RESET();
    it.run([bad(0, () => error)]);
    const slow = throttled(5_000);
    it.run([bad(0, () => slow)]);
    await it.clock.advance(0);
    expect(told(it, 'give-up')).toStrictEqual([
      { type: 'give-up', ...ABOUT, attempt: 1, stopReason: 'not-retryable', error },
      {
        type: 'give-up',
        ...ABOUT,
        attempt: 1,
        stopReason: 'not-retryable',
        error: slow,
        retryAfterMs: 5_000,
      },
    ]);
    expect(failureOf(error)).not.toHaveProperty('retryAfterMs');
  });

  test('of waits before the first attempt, which know of no failure', async () => {
    const concurrency = bulkhead({ concurrent: 1, queue: 1 });
    const it = compose((clock) => ({ concurrency, rate: rateLimit('1/5s', { clock }) }));
    const runs = [it.run([ok(1_000)]), it.run([ok()])];
    await it.clock.advance(5_000);
    expect(runs.map(({ value }) => value)).toEqual(['ok', 'ok']);
    const wait = { type: 'wait', ...ABOUT, attempt: 0 };
    expect(told(it, 'wait')).toStrictEqual([
      { ...wait, kind: 'queue', delayMs: 0 },
      { ...wait, kind: 'rate', delayMs: 4_000 },
    ]);
  });

  test('of waits after a failure, which know it', async () => {
    const concurrency = bulkhead({ concurrent: 1, queue: 1 });
    const rule = { attempts: 1, backoff: constant('1s') };
    const it = compose((clock) => ({
      concurrency,
      rate: rateLimit('1/5s', { clock }),
      retry: { network: rule },
    }));
    const run = it.run([bad(), ok()]);
    await it.clock.advance(0);
    const held = await concurrency.acquire();
    await it.clock.advance(2_000);
    held.release('none', 0);
    await it.clock.advance(10_000);
    expect(run.value).toBe('ok');
    const waits = it.events.flatMap((event) =>
      event.type === 'wait' ? [[event.kind, event.delayMs, event.category, event.attempt]] : [],
    );
    expect(waits).toEqual([
      ['backoff', 1_000, 'network', 1],
      ['queue', 0, 'network', 1],
      ['rate', 3_000, 'network', 1],
    ]);
  });
});

describe('a run that nobody hears', () => {
  test('builds no event: the runs that are heard before and after it have adjoining numbers', async () => {
    const clock = new VirtualClock();
    const rule = { attempts: 1, backoff: constant('1s') };
    const parts = {
      clock,
      retry: { network: rule, timeout: rule },
      attemptTimeout: '5s',
      stall: { after: '2s', mode: 'warn' },
      dispose: () => {},
      hedge: { after: '3s' },
      concurrency: bulkhead({ concurrent: 9 }),
      breaker: breaker({ name: 'b', failures: 99, openMs: '1h', clock }),
    } as const;
    const deafPolicy = resilient('deaf', { ...parts, fallback: () => 'fallback', coalesce: true });
    const numbers: number[] = [];
    const heard = resilient('heard', {
      clock,
      onEvent: (event) => void ('run' in event && event.type === 'attempt' && numbers.push(event.run)),
    });
    await heard.run(() => 'before');
    const late = watch(deafPolicy.run(() => clock.sleep(7_000).then(() => 'late')));
    const stalled = watch(deafPolicy.run(() => clock.sleep(2_500).then(() => 'stalled'), { key: 'k' }));
    const joined = watch(deafPolicy.run(stuck, { key: 'k' }));
    const lost = watch(deafPolicy.run(() => Promise.reject(RESET())));
    await clock.advance(60_000);
    expect([late.value, stalled.value, joined.value, lost.value]).toEqual([
      'fallback',
      'stalled',
      'stalled',
      'fallback',
    ]);
    await heard.run(() => 'after');
    const [before, after] = numbers;
    expect((after ?? 0) - (before ?? 0)).toBe(1);
  });

  test('nor does one that is aborted, or refused', async () => {
    const clock = new VirtualClock();
    const circuit = breaker({ name: 'b', failures: 1, openMs: '1h', clock });
    const numbers: number[] = [];
    const heard = resilient('heard', {
      clock,
      onEvent: (event) => void ('run' in event && event.type === 'attempt' && numbers.push(event.run)),
    });
    await heard.run(() => 'before');
    const deafPolicy = resilient('deaf', { clock, breaker: circuit });
    const controller = new AbortController();
    const aborted = watch(deafPolicy.run(stuck, { signal: controller.signal }));
    controller.abort('enough');
    const lost = watch(deafPolicy.run(() => Promise.reject(RESET())));
    await clock.advance(0);
    const refused = watch(deafPolicy.run(() => 'never'));
    const waiting = resilient('waiting', { clock, breaker: circuit, retry: { network: { attempts: 1 } } });
    const kept = watch(waiting.run(() => 'kept'));
    await clock.advance(7_200_000);
    expect([aborted.error, failureOf(lost.error)?.stopReason, kept.value]).toEqual([
      'enough',
      'not-retryable',
      'kept',
    ]);
    expect(refused.error).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    await heard.run(() => 'after');
    const [before, after] = numbers;
    expect((after ?? 0) - (before ?? 0)).toBe(1);
  });
});
