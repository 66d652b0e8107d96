import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyStatus, parseRetryAfter, RETRY_AFTER_LIMIT_MS } from './index.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);

describe('status', () => {
  test.each([
    [200, undefined, null],
    [304, undefined, null],
    [429, undefined, 'rate-limit'],
    [503, '120', 'rate-limit'],
    [503, undefined, 'network'],
    [500, undefined, 'network'],
    [504, undefined, 'network'],
    [408, undefined, 'network'],
    [425, undefined, 'network'],
    [401, undefined, 'auth-expired'],
    [419, undefined, 'auth-expired'],
    [403, undefined, 'permanent'],
    [404, undefined, 'permanent'],
    [407, undefined, 'permanent'],
  ])('%d with Retry-After %s is %s', (status, retryAfter, category) => {
    const verdict = classifyStatus(status, retryAfter === undefined ? {} : { retryAfter });
    expect(verdict?.category ?? null).toBe(category);
  });

  test('the verdict carries the wait that was asked for', () => {
    expect(classifyStatus(503, { retryAfter: '120' })?.retryAfterMs).toBe(120_000);
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
    expect(classifyStatus(429, { retryAfter: date, now: NOW })?.retryAfterMs).toBe(37_000);
    expect(classifyStatus(429, { retryAfter: date })?.retryAfterMs).toBeUndefined();
    expect(classifyStatus(429, { retryAfter: '-5' })?.retryAfterMs).toBeUndefined();
  });
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['Sun Nov  6 08:49:37 1994', 37_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ])('%j means %d ms', (value, waitMs) => {
    expect(parseRetryAfter(value, { now: NOW })).toEqual({ waitMs, raw: value, beyondLimit: false });
  });

  test.each([
    '-1',
    '1.5',
    '1e3',
    'soon',
    '',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    null,
    undefined,
  ])('%j counts as absent', (value) => {
    expect(parseRetryAfter(value, { now: NOW })).toBeNull();
  });

  test('a date is measured against the Date of the response, so a wrong local clock cannot shorten it', () => {
    const fastClock = NOW + 3_600_000;
    const value = 'Sun, 06 Nov 1994 08:59:00 GMT';
    const date = 'Sun, 06 Nov 1994 08:49:00 GMT';
    expect(parseRetryAfter(value, { now: fastClock, date })?.waitMs).toBe(600_000);
    expect(parseRetryAfter(value, { now: NOW, date: 'nonsense' })?.waitMs).toBe(600_000);
  });

  test('more than 24 hours is cut to 24 hours and says so', () => {
    for (const raw of ['86401', '315360000', '9'.repeat(400), 'Sun, 06 Nov 2034 08:49:37 GMT']) {
      expect(parseRetryAfter(raw, { now: NOW })).toEqual({
        waitMs: RETRY_AFTER_LIMIT_MS,
        raw,
        beyondLimit: true,
      });
    }
    expect(parseRetryAfter('86400', { now: NOW })?.beyondLimit).toBe(false);
  });

  test('never throws and never waits a negative or infinite time, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.integer().map(String),
          fc.date({ noInvalidDate: true }).map((d) => d.toUTCString()),
        ),
        (value) => {
          const answer = parseRetryAfter(value, { now: NOW });
          if (answer === null) return;
          expect(answer.waitMs).toBeGreaterThanOrEqual(0);
          expect(answer.waitMs).toBeLessThanOrEqual(RETRY_AFTER_LIMIT_MS);
        },
      ),
    );
  });
});
