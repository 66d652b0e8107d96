import { describe, expect, test } from 'vitest';
import {
  adaptive,
  breaker,
  bulkhead,
  countWindow,
  gate,
  rateLimit,
  resilient,
  timeWindow,
  tokenBucket,
} from './policy/index.ts';
import { memoryState } from './state/index.ts';

/** Each with a misspelt option, and the field that has to be named. */
const MISSPELT: readonly (readonly [field: string, make: () => unknown])[] = [
  ['deadlin', () => resilient('x', { deadlin: '1s' } as never)],
  ['breaker.halfOpen', () => breaker({ name: 'x', failures: 1, openMs: 1, halfOpen: 2 } as never)],
  ['window.size', () => countWindow({ calls: 10, failureRate: 0.5, size: 3 } as never)],
  ['window.min', () => timeWindow({ length: '10s', failureRate: 0.5, min: 3 } as never)],
  ['concurrency.que', () => bulkhead({ concurrent: 1, que: 2 } as never)],
  ['concurrency.maximum', () => adaptive({ maximum: 2 } as never)],
  ['rate.bursts', () => rateLimit({ limit: 1, per: '1s', bursts: 2 } as never)],
  ['rate.bursts', () => rateLimit('1/1s', { bursts: 2 } as never)],
  ['budget.refil', () => tokenBucket({ capacity: 1, refillMs: 1, refil: 2 } as never)],
  ['gate.interval', () => gate({ key: 'x', minIntervalMs: 1, state: memoryState(), interval: 2 } as never)],
];

describe('an option that is misspelt', () => {
  test.each(MISSPELT)('%s is named, with those that are known', (field, make) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        field,
        message: expect.stringMatching(/ is not known; known are \w+(, \w+)*\.$/) as string,
      }),
    );
  });
});

test.each([
  ['breaker', () => breaker(undefined as never)],
  ['concurrency', () => bulkhead(null as never)],
  ['budget', () => tokenBucket(5 as never)],
  ['gate', () => gate(undefined as never)],
] as const)('options of a %s that are none are named', (field, make) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_OPTION',
      field,
      message: `Option ${field} must be an object.`,
    }),
  );
});
