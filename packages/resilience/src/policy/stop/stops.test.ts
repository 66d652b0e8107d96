import { describe, expect, test } from 'vitest';
import {
  afterAttempts,
  afterElapsed,
  allOf,
  anyOf,
  beforeElapsed,
  constant,
  decorrelatedJitter,
  failureOf,
} from '../../index.ts';
import type { Stop, StopState, Verdict } from '../../index.ts';

import { RESET, setup, watch } from '../testing/policy-setup.ts';

const verdict: Verdict = { category: 'network', scope: 'call', safeToReplay: 'yes', evidence: 'code' };

function asked(stop: Stop, attempts: number, elapsedMs: number, nextDelayMs = 0): boolean {
  const state: StopState = { attempts, elapsedMs, nextDelayMs, verdict };
  return stop.shouldStop(state);
}

describe('the tables of tenacity', () => {
  test.each([
    [1, 100, false],
    [2, 200, false],
    [2, 800, false],
    [4, 800, true],
    [3, 1_800, true],
    [4, 1_800, true],
  ])('any of 1 s and 4 attempts, after %d attempts in %d ms: %s', (attempts, elapsedMs, expected) => {
    expect(asked(anyOf(afterElapsed('1s'), afterAttempts(4)), attempts, elapsedMs)).toBe(expected);
  });

  test.each([
    [1, 100, false],
    [2, 200, false],
    [2, 800, false],
    [4, 800, false],
    [3, 1_800, false],
    [4, 1_800, true],
  ])('all of 1 s and 4 attempts, after %d attempts in %d ms: %s', (attempts, elapsedMs, expected) => {
    expect(asked(allOf(afterElapsed('1s'), afterAttempts(4)), attempts, elapsedMs)).toBe(expected);
  });

  test.each([
    [2, false],
    [3, true],
    [4, true],
  ])('3 attempts, after %d: %s', (attempts, expected) => {
    expect(asked(afterAttempts(3), attempts, 6_546_000)).toBe(expected);
  });

  test.each([
    [999, false],
    [1_000, true],
    [1_001, true],
  ])('1 s elapsed, after %d ms: %s', (elapsedMs, expected) => {
    expect(asked(afterElapsed('1s'), 2, elapsedMs)).toBe(expected);
  });

  test.each([
    [999, 0, false],
    [499, 500, false],
    [500, 500, true],
    [0, 1_001, true],
    [1_000, 0, true],
  ])('before 1 s, at %d ms and with a wait of %d ms: %s', (elapsedMs, nextDelayMs, expected) => {
    expect(asked(beforeElapsed('1s'), 2, elapsedMs, nextDelayMs)).toBe(expected);
  });
});

test('a stop says what it is', () => {
  const attempts = afterAttempts(10);
  const hour = afterElapsed('1h');
  expect(afterAttempts(1).description).toBe('1 attempt');
  expect(afterAttempts(2).description).toBe('2 attempts');
  expect(beforeElapsed(90_000).description).toBe('a wait until 1m 30s or later');
  expect(anyOf(attempts, hour).description).toBe('10 attempts or 1h elapsed');
  expect(anyOf(attempts, hour, afterElapsed('2h')).description).toBe(
    '10 attempts or 1h elapsed or 2h elapsed',
  );
  expect(allOf(attempts, hour).description).toBe('10 attempts and 1h elapsed');
  expect(allOf(anyOf(attempts, hour), hour).description).toBe('(10 attempts or 1h elapsed) and 1h elapsed');
  expect(anyOf(allOf(attempts, hour), hour).description).toBe('(10 attempts and 1h elapsed) or 1h elapsed');
  expect(allOf(anyOf(attempts, hour)).description).toBe('10 attempts or 1h elapsed');
  expect(anyOf(anyOf(attempts, hour), hour).description).toBe('10 attempts or 1h elapsed or 1h elapsed');
});

test('a stop is a value: it cannot be changed, and a state asked twice answers the same', () => {
  const stop = anyOf(afterAttempts(2), afterElapsed('1m'));
  expect(Object.isFrozen(stop)).toBe(true);
  expect([asked(stop, 2, 0), asked(stop, 1, 0), asked(stop, 2, 0)]).toEqual([true, false, true]);
});

test.each([
  ['afterAttempts', () => afterAttempts(0)],
  ['afterAttempts', () => afterAttempts(1.5)],
  ['afterAttempts', () => afterAttempts(Number.POSITIVE_INFINITY)],
  ['afterElapsed', () => afterElapsed(0)],
  ['beforeElapsed', () => beforeElapsed('0s')],
  ['afterElapsed', () => afterElapsed('soon')],
  ['anyOf[0]', () => anyOf(...([] as unknown as [Stop]))],
  ['allOf[1]', () => allOf(afterAttempts(1), { description: 'none' } as Stop)],
])('a stop that cannot work is refused by naming %s', (field, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
});

test('the smallest values that can work are taken', () => {
  expect(asked(afterAttempts(1), 1, 0)).toBe(true);
  expect(asked(afterElapsed(1), 1, 1)).toBe(true);
  expect(asked(beforeElapsed(1), 1, 0, 1)).toBe(true);
});

describe('in a policy', () => {
  const FOR_EVER = { network: { attempts: Number.POSITIVE_INFINITY, backoff: constant('1s') } };

  test.each([
    ['3 attempts', afterAttempts(3), [0, 1_000, 2_000]],
    ['2 s elapsed', afterElapsed('2s'), [0, 1_000, 2_000]],
    ['before 2 s', beforeElapsed('2s'), [0, 1_000]],
    ['the first of two', anyOf(afterAttempts(2), afterElapsed('1h')), [0, 1_000]],
    ['both of two', allOf(afterAttempts(2), afterElapsed('3s')), [0, 1_000, 2_000, 3_000]],
  ])('%s end the run', async (_name, stop, expected) => {
    const { clock, policy, calls, failing } = setup({ retry: FOR_EVER, stop });
    const run = watch(policy.run(failing(RESET)));
    await clock.advance(60_000);
    expect([run.settled, calls]).toEqual([true, expected]);
    expect(failureOf(run.error)?.stopReason).toBe('stopped');
  });

  test('decorrelated jitter is told of the delay before', async () => {
    const backoff = decorrelatedJitter(100, 10_000);
    const { clock, policy, calls, failing } = setup({ retry: { network: { attempts: 3, backoff } } });
    const run = watch(policy.run(failing(RESET)));
    await clock.advance(60_000);
    // Each draw is 0.5: 100 + 0.5 * (3 * previous - 100), so 200, 350 and 575.
    expect([run.settled, calls]).toEqual([true, [0, 200, 550, 1_125]]);
  });
});
