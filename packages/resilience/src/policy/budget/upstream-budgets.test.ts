import { describe, expect, test } from 'vitest';
import { awsRetryQuota, grpcThrottle } from '../index.ts';
import type { RetryBudget } from '../index.ts';

function takeAll(budget: RetryBudget, category: Parameters<RetryBudget['take']>[0]): number {
  let taken = 0;
  while (budget.take(category) === true && taken < 10_000) taken += 1;
  return taken;
}

describe('the gRPC throttle (A6)', () => {
  const build = (): ReturnType<typeof grpcThrottle> => grpcThrottle({ maxTokens: 10, tokenRatio: 0.1 });

  test('10 tokens at 0.1: five failures end retries, one success (5.1) allows them again', () => {
    const budget = build();
    expect(budget).toMatchObject({ kind: 'grpc', whenEmpty: 'stop', maxTokens: 10, tokenRatio: 0.1 });
    for (let failure = 1; failure <= 5; failure += 1) {
      expect(budget.take('network')).toBe(true);
      expect(budget.waitMs('network')).toBe(0);
      budget.record('failure', 'network');
    }
    expect(budget.snapshot()).toEqual({ tokens: 5 });
    expect(budget.take('network')).toBe(false);
    expect(budget.waitMs('network')).toBe(Number.POSITIVE_INFINITY);
    budget.record('success', undefined);
    expect(budget.snapshot()).toEqual({ tokens: 5.1 });
    expect(budget.take('network')).toBe(true);
    // A retry itself costs nothing.
    expect(budget.snapshot()).toEqual({ tokens: 5.1 });
  });

  test('tokens stay between none and all of them', () => {
    const budget = build();
    budget.record('success');
    expect(budget.snapshot()).toEqual({ tokens: 10 });
    for (let i = 0; i < 12; i += 1) budget.record('failure');
    expect(budget.snapshot()).toEqual({ tokens: 0 });
    // From nothing, 50 successes are exactly half, which is not enough, and one more is.
    for (let i = 0; i < 50; i += 1) budget.record('success', 'network');
    expect(budget.take()).toBe(false);
    budget.record('success');
    expect(budget.take()).toBe(true);
  });

  test.each(['permanent', 'defect', 'cancelled'] as const)(
    'a failure that is %s changes nothing',
    (category) => {
      const budget = build();
      budget.record('failure', category);
      expect(budget.snapshot()).toEqual({ tokens: 10 });
    },
  );

  test.each([
    [0.5466, 0.546],
    [0.57, 0.57],
    [0.001, 0.001],
    [3, 3],
  ])('a ratio of %d counts as %d: decimals beyond the third are ignored', (given, used) => {
    const budget = grpcThrottle({ maxTokens: 1_000, tokenRatio: given });
    for (let i = 0; i < 10; i += 1) budget.record('failure');
    budget.record('success');
    expect(budget.tokenRatio).toBe(used);
    expect(budget.snapshot().tokens).toBeCloseTo(990 + used, 9);
  });

  test.each([
    [{ maxTokens: 0, tokenRatio: 1 }, 'maxTokens must be a number above 0, up to 1000'],
    [{ maxTokens: 1_001, tokenRatio: 1 }, 'maxTokens must be a number above 0, up to 1000'],
    [{ maxTokens: Number.NaN, tokenRatio: 1 }, 'maxTokens must be a number above 0'],
    [{ maxTokens: 10, tokenRatio: 0.0009 }, 'tokenRatio must be a number of at least 0.001'],
    [{ maxTokens: 10, tokenRatio: Number.NaN }, 'tokenRatio must be a number'],
    [{ maxTokens: 10, tokenRatio: Number.POSITIVE_INFINITY }, 'tokenRatio must be a number'],
  ])('%j is refused by name', (options, message) => {
    expect(() => grpcThrottle(options)).toThrow(`Option budget.${message}`);
  });
});

describe('the AWS retry quota', () => {
  test.each([
    ['standard', 'network', 100],
    ['standard', 'timeout', 50],
    ['standard', 'rate-limit', 100],
    ['2026', 'network', 35],
    ['2026', 'timeout', 35],
    ['2026', 'rate-limit', 100],
  ] as const)('500 tokens in mode %s after %s pay for %d retries, then none', (mode, category, retries) => {
    expect(takeAll(awsRetryQuota({ mode }), category)).toBe(retries);
  });

  test('the standard mode and 500 tokens are the default', () => {
    expect(awsRetryQuota()).toMatchObject({
      kind: 'aws',
      whenEmpty: 'stop',
      capacity: 500,
      costs: { retry: 5, timeout: 10, throttle: 5 },
    });
  });

  test('a success returns what the retry before it cost, or one token, up to the capacity', () => {
    const budget = awsRetryQuota({ capacity: 30 });
    for (let i = 0; i < 3; i += 1) budget.take('timeout');
    expect(budget.snapshot()).toEqual({ tokens: 0 });
    budget.record('failure', 'timeout');
    expect(budget.snapshot()).toEqual({ tokens: 0 });
    budget.record('success', 'timeout');
    expect(budget.snapshot()).toEqual({ tokens: 10 });
    budget.record('success', 'dns');
    expect(budget.snapshot()).toEqual({ tokens: 15 });
    budget.record('success', undefined);
    expect(budget.snapshot()).toEqual({ tokens: 16 });
    for (let i = 0; i < 3; i += 1) budget.record('success', 'timeout');
    expect(budget.snapshot()).toEqual({ tokens: 30 });
  });

  test('says that time alone fills nothing', () => {
    const budget = awsRetryQuota({ capacity: 10 });
    budget.take('network');
    expect(budget.waitMs('network')).toBe(0);
    expect(budget.waitMs('timeout')).toBe(Number.POSITIVE_INFINITY);
    expect(budget.take('timeout')).toBe(false);
    expect(budget.take()).toBe(true);
    expect(budget.take()).toBe(false);
  });

  test('costs may be given', () => {
    const budget = awsRetryQuota({ capacity: 20, costs: { timeout: 20 } });
    expect(budget.costs).toEqual({ retry: 5, timeout: 20, throttle: 5 });
    expect(takeAll(budget, 'timeout')).toBe(1);
  });

  test.each([
    [{ capacity: 0 }, 'capacity must be a number above 0'],
    [{ capacity: Number.NaN }, 'capacity must be a number above 0'],
    [{ capacity: '500' }, 'capacity must be a number above 0'],
    [{ mode: 'toString' }, 'mode must be "standard" or "2026"'],
    [{ costs: { retry: 0 } }, 'costs.retry must be a number above 0, up to the capacity'],
    [{ costs: { throttle: 501 } }, 'costs.throttle must be a number above 0, up to the capacity'],
  ])('%j is refused by name', (options, message) => {
    expect(() => awsRetryQuota(options as Parameters<typeof awsRetryQuota>[0])).toThrow(
      `Option budget.${message}.`,
    );
  });
});
