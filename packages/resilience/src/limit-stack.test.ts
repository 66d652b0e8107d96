import { afterEach, expect, test } from 'vitest';
import { BulkheadFullError, CircuitOpenError, HedgeLostError, RateLimitedError } from './policy/index.ts';

const ERRORS = [
  ['CircuitOpenError', () => new CircuitOpenError('b', 1_000)],
  ['BulkheadFullError', () => new BulkheadFullError('b', 1, 0)],
  ['RateLimitedError', () => new RateLimitedError(1_000, 10)],
  ['HedgeLostError', () => new HedgeLostError()],
] as const;

const LIMIT = Error.stackTraceLimit;

afterEach(() => {
  Object.defineProperty(Error, 'stackTraceLimit', { value: LIMIT, writable: true });
});

test.each(ERRORS)('%s has no stack, and leaves the stacks of others as they are', (name, make) => {
  Error.stackTraceLimit = 7;
  expect(make().stack).toBe(`${name}: ${make().message}`);
  expect(Error.stackTraceLimit).toBe(7);
  expect(new Error('other').stack).toContain('\n    at ');
});

test.each(ERRORS)('%s can be made where a program froze its intrinsics', (name, make) => {
  Object.defineProperty(Error, 'stackTraceLimit', { value: LIMIT, writable: false });
  expect(make()).toMatchObject({ name });
});
