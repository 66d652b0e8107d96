import { expect, test } from 'vitest';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { bad, compose, ok } from '../testing/composed.ts';
import { failures, RULE, verdict } from '../testing/failing-run.ts';
import { failureOf } from './failure.ts';
import type { PolicyOptions } from './options.ts';
import type { StopState } from './stop.ts';

/** A limit of ours refused: why the run ends, and what it is not. */

test.each<[string, PolicyOptions<string>, unknown]>([
  ['no rule', {}, { stopReason: 'bulkhead-full' }],
  ['a rule for none', { retry: { local: { attempts: 0 } } }, { stopReason: 'bulkhead-full' }],
  ['one retry', { retry: { local: { ...RULE, attempts: 1 } } }, { stopReason: 'attempts-exhausted' }],
  [
    'a stop',
    { retry: { local: RULE }, stop: { description: 'at once', shouldStop: () => true } },
    { stopReason: 'stopped' },
  ],
])('a full bulkhead with %s: %j', async (_name, options, failure) => {
  const concurrency = bulkhead({ concurrent: 1 });
  const it = compose(() => ({ concurrency, ...options }));
  it.run([ok(60_000)]);
  const run = it.run([ok()]);
  await it.clock.advance(5_000);
  expect(run.error).toMatchObject({ code: 'ERR_BULKHEAD_FULL' });
  expect(failureOf(run.error)).toMatchObject({ ...(failure as object), attempts: [] });
  expect(it.count('failure')).toBe(0);
});

test('a stop is told that a refusal is no attempt', async () => {
  const asked: StopState[] = [];
  const it = compose((clock) => ({
    rate: rateLimit('1/h', { clock, maxWait: 0 }),
    retry: { 'rate-limit': { attempts: 1, backoff: constant('1s'), respectRetryAfter: false } },
    stop: { description: 'never', shouldStop: (state) => (asked.push(state), false) },
  }));
  it.run([ok()]);
  const run = it.run([ok()]);
  await it.clock.advance(2_000);
  expect(asked).toMatchObject([{ attempts: 0, nextDelayMs: 1_000, verdict: { code: 'ERR_RATE_LIMITED' } }]);
  expect(failureOf(run.error)).toMatchObject({ stopReason: 'attempts-exhausted', retryAfterMs: 3_599_000 });
});

test('a refusal gives back the leave of the breaker and the place, while it waits for another try', async () => {
  const concurrency = bulkhead({ concurrent: 1 });
  const it = compose((clock) => ({
    breaker: breaker({ name: 'b', failures: 9, openMs: '1h', clock }),
    concurrency,
    rate: rateLimit('1/2s', { clock, maxWait: 0 }),
    retry: { 'rate-limit': { attempts: 1, backoff: constant('2s'), respectRetryAfter: false } },
  }));
  it.run([ok()]);
  await it.clock.advance(0);
  const run = it.run([ok()]);
  await it.clock.advance(1_000);
  expect(concurrency.snapshot()).toEqual({ limit: 1, running: 0, queued: 0, abandoned: 0 });
  await it.clock.advance(1_000);
  expect([run.value, it.starts]).toEqual(['ok', [0, 2_000]]);
});

test('a call that was cancelled elsewhere is not retried, whatever the rules say of what it looked like', async () => {
  const lost = failures({ classify: () => verdict('cancelled'), retry: { network: RULE } }, [
    verdict('network'),
  ]);
  await lost.clock.advance(0);
  expect(failureOf(lost.run.error)).toMatchObject({ stopReason: 'not-retryable' });
});

test('a stall that the function itself reports by our error tells its own length', async () => {
  const it = compose(() => ({ attemptTimeout: '1s', stall: '500ms' }));
  const run = it.run([ok(5_000)]);
  await it.clock.advance(500);
  expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_STALL', limitMs: 500 });
  expect(it.events.find(({ type }) => type === 'stall')).toMatchObject({ mode: 'enforce', afterMs: 500 });
  const inner = run.error;
  const outer = compose(() => ({}));
  outer.run([bad(0, () => inner)]);
  const other = compose(() => ({ stall: '2s' }));
  other.run([bad(0, () => inner)]);
  await outer.clock.advance(0);
  await other.clock.advance(0);
  const told = (events: typeof outer.events): unknown => events.find(({ type }) => type === 'stall');
  expect(told(outer.events)).toMatchObject({ afterMs: 500 });
  expect(told(other.events)).toMatchObject({ afterMs: 2_000 });
});

test('a failure that is not excused says so by saying nothing', async () => {
  const it = failures({}, [verdict('network')]);
  await it.clock.advance(0);
  expect(it.events.find(({ type }) => type === 'failure')).not.toHaveProperty('excused');
});

test('a classifier is given the signal only where there is one', async () => {
  const asked: unknown[] = [];
  const classify = (_error: unknown, options: object) => (asked.push(options), verdict('permanent'));
  const it = failures({ classify }, [verdict('network')]);
  await it.clock.advance(0);
  expect(asked).toStrictEqual([{}]);
  expect(it.run.settled).toBe(true);
});
