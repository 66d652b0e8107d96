import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ResilienceError } from '../errors.ts';
import { CircuitOpenError } from './breaker/circuit-open-error.ts';
import { BulkheadFullError } from './limit/bulkhead-full-error.ts';
import { RateLimitedError } from './limit/rate-limited-error.ts';
import { failureOf, enrich } from './pipeline/failure.ts';

const REFUSALS = [
  [
    new CircuitOpenError('mail', 61_000),
    'CircuitOpenError: The circuit mail is open; it is tried again in 1m 1s.',
  ],
  [
    new CircuitOpenError('mail', 1_000, { isolated: 'repairs' }),
    'CircuitOpenError: The circuit mail is held open by hand: repairs.',
  ],
  [
    new BulkheadFullError('mail', 3, 2),
    'BulkheadFullError: The bulkhead mail is full: 3 may run at once and 2 wait.',
  ],
  [
    new BulkheadFullError(undefined, 3, 2),
    'BulkheadFullError: The bulkhead is full: 3 may run at once and 2 wait.',
  ],
  [
    new RateLimitedError(2_000, 250),
    'RateLimitedError: The rate limit lets the call start in 2s, and it may wait 250ms.',
  ],
] as const;

describe('an error by which a limit refuses', () => {
  test.each(REFUSALS)('%s is a real error with its message wherever one looks', (error, text) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(ResilienceError);
    expect(String(error)).toBe(text);
    expect(error.stack).toBe(text);
    expect(inspect(error)).toContain(`[${text}]`);
    expect(structuredClone(error).stack).toBe(text);
    expect(Object.keys(error)).not.toContain('message');
  });

  test('its message may be replaced, as of any error', () => {
    const error = new BulkheadFullError(undefined, 1, 0);
    error.message = `mail: ${error.message}`;
    error.message += '!';
    expect(String(error)).toBe(
      'BulkheadFullError: mail: The bulkhead is full: 1 may run at once and 0 wait.!',
    );
    expect(Object.keys(error)).not.toContain('message');
    delete (error as { message?: string }).message;
    expect(error.message).toBe('The bulkhead is full: 1 may run at once and 0 wait.');
  });

  test('it has a stack when asked, and leaves the limit of stacks as it was', () => {
    const before = Error.stackTraceLimit;
    const error = new CircuitOpenError('mail', 5, { stack: true });
    expect(error.stack).toContain('refusal-error.test');
    expect(new CircuitOpenError('mail', 5, { stack: false }).stack).not.toContain('refusal-error.test');
    expect(Error.stackTraceLimit).toBe(before);
  });

  test.each(REFUSALS)('%s keeps what a policy noted', (error) => {
    const failure = { attempts: [], stopReason: 'stopped' } as const;
    expect([error.attempts, error.stopReason, failureOf(error)]).toEqual([undefined, undefined, undefined]);
    enrich(error, failure);
    expect(error.attempts).toBe(failure.attempts);
    expect(error.stopReason).toBe('stopped');
    expect(failureOf(error)).toBe(failure);
  });
});
