import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { adaptiveThrottle } from './adaptive-throttle.ts';
import { awsRetryQuota } from './aws-retry-quota.ts';
import { Bucket } from './bucket.ts';
import { grpcThrottle } from './grpc-throttle.ts';
import { ThrottledError } from './throttled-error.ts';
import { tokenBucket } from './token-bucket.ts';
import type { TokenBucketOptions } from './token-bucket.ts';

describe('a bucket', () => {
  function make(refillMs: number) {
    const time = { now: 0 };
    return { time, bucket: new Bucket(4, refillMs, 0, () => time.now) };
  }

  test('goes on from what it is told, from then on', () => {
    const { time, bucket } = make(100);
    time.now = 500;
    bucket.restore(1);
    expect(bucket.tokens).toBe(1);
    time.now = 600;
    expect(bucket.tokens).toBe(2);
    bucket.restore(Number.NaN);
    expect(bucket.tokens).toBe(0);
  });

  test('loses no more than it has', () => {
    const { bucket } = make(100);
    bucket.lose(1);
    expect(bucket.tokens).toBe(3);
    bucket.lose(9);
    expect(bucket.tokens).toBe(0);
  });

  test('waits in whole milliseconds, never too short', () => {
    const { time, bucket } = make(1.5);
    bucket.take(4);
    expect([bucket.waitMs(1), bucket.waitMs(2)]).toEqual([2, 3]);
    time.now = 1.5;
    expect([bucket.waitMs(1), bucket.take(1)]).toEqual([0, true]);
  });
});

test('a misspelt option of a token bucket is named', () => {
  const options = { capacity: 1, refillMs: 1, refil: 2 } as TokenBucketOptions;
  expect(() => tokenBucket(options)).toThrow(expect.objectContaining({ field: 'budget.refil' }));
});

test('parts of a token are amounts too', () => {
  expect(grpcThrottle({ maxTokens: 0.5, tokenRatio: 0.57 })).toMatchObject({
    maxTokens: 0.5,
    tokenRatio: 0.57,
  });
  expect(awsRetryQuota({ capacity: 0.5, costs: { retry: 0.25, timeout: 0.5, throttle: 0.5 } }).take()).toBe(
    true,
  );
  expect(() => awsRetryQuota({ capacity: 0 })).toThrow(expect.objectContaining({ field: 'budget.capacity' }));
});

test('an adaptive throttle counts in ten parts of its window, which may be short', async () => {
  const clock = new VirtualClock();
  const throttle = adaptiveThrottle({ name: 't', window: '10s', clock, random: { next: () => 0.999 } });
  await clock.advance(999);
  throttle.admits();
  await clock.advance(9_000);
  expect(throttle.rejection()).toBe(0.5);
  await clock.advance(1);
  expect(throttle.rejection()).toBe(0);
  const short = adaptiveThrottle({ name: 't', window: 0.5, clock, random: { next: () => 0.999 } });
  short.admits();
  expect(short.rejection()).toBe(0.5);
});

test('the share that is shed is told as the nearest whole', () => {
  expect(new ThrottledError('t', 2 / 3).message).toContain('with 67 % of them');
  expect(new ThrottledError('t', 1 / 3).message).toContain('with 33 % of them');
});
