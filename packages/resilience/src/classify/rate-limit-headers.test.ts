import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyStatus, parseRateLimit, RETRY_AFTER_LIMIT_MS } from './index.ts';
import type { RateLimitHeaders } from './index.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);
const DAY = RETRY_AFTER_LIMIT_MS;
const parse = (headers: RateLimitHeaders): ReturnType<typeof parseRateLimit> =>
  parseRateLimit(headers, { now: NOW });

describe('the IETF draft', () => {
  test.each<[string, Record<string, string>, object | null]>([
    ['what is left and when', { RateLimit: '"default";r=50;t=30' }, { remaining: 50, resetMs: 30_000 }],
    [
      'with its policy',
      { RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"default";q=100;w=60' },
      { remaining: 50, resetMs: 30_000, limit: 100 },
    ],
    [
      'without a time the window counts',
      { RateLimit: '"a";r=0', 'RateLimit-Policy': '"b";q=5;w=5, "a";q=9;w=60' },
      { remaining: 0, resetMs: 60_000, limit: 9 },
    ],
    ['without a time and a policy nothing is known', { RateLimit: '"a";r=0' }, null],
    ['without what is left nothing is known', { RateLimit: '"a";t=9' }, null],
    ['a policy alone says nothing', { 'RateLimit-Policy': '"a";q=5;w=5' }, null],
    ['names without quotes', { RateLimit: 'default; R=1 ; t = 2' }, { remaining: 1, resetMs: 2_000 }],
    [
      'commas and semicolons in a name',
      { RateLimit: '"a,b;r=0\\";t=1";r=7;t=8' },
      { remaining: 7, resetMs: 8_000 },
    ],
    [
      'the least left of several',
      { RateLimit: '"a";r=5;t=10, "b";r=3;t=99' },
      { remaining: 3, resetMs: 99_000 },
    ],
    [
      'the least left, whatever the order',
      { RateLimit: '"b";r=3;t=99, "a";r=5;t=10' },
      { remaining: 3, resetMs: 99_000 },
    ],
    [
      'what bars, before what is longer',
      { RateLimit: '"a";r=0;t=10, "b";r=3;t=99' },
      { remaining: 0, resetMs: 10_000 },
    ],
    [
      'what bars, after what is longer',
      { RateLimit: '"b";r=3;t=99, "a";r=0;t=10' },
      { remaining: 0, resetMs: 10_000 },
    ],
    [
      'what bars longest',
      { RateLimit: '"a";r=0;t=10, "b";r=0;t=99, "c";r=0;t=50' },
      { remaining: 0, resetMs: 99_000 },
    ],
    [
      'the longer of equals',
      { RateLimit: '"a";r=2;t=10, "b";r=2;t=99, "c";r=2;t=50' },
      { remaining: 2, resetMs: 99_000 },
    ],
    [
      'the form of draft 7',
      { RateLimit: 'limit=100, remaining=0, reset=5' },
      { remaining: 0, resetMs: 5_000, limit: 100 },
    ],
    [
      'the form of draft 3',
      { 'RateLimit-Limit': '100, 100;w=60', 'RateLimit-Remaining': '1', 'RateLimit-Reset': '30' },
      { remaining: 1, resetMs: 30_000, limit: 100 },
    ],
    ['a quote that is never closed', { RateLimit: '"a;r=0;t=9' }, null],
  ])('%s', (_, headers, said) => {
    expect(parse(headers)).toEqual(said);
  });
});

describe('what services send', () => {
  const at = (ms: number): string => String((NOW + ms) / 1_000);

  test.each<[string, Record<string, string>, object | null]>([
    [
      'GitHub: seconds since the epoch',
      { 'X-RateLimit-Limit': '60', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': at(90_000) },
      { remaining: 0, resetMs: 90_000, limit: 60 },
    ],
    [
      'X: with another hyphen',
      { 'x-rate-limit-remaining': '2', 'x-rate-limit-reset': at(5_000) },
      { remaining: 2, resetMs: 5_000 },
    ],
    [
      'milliseconds since the epoch',
      { 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': String(NOW + 5_001) },
      { remaining: 2, resetMs: 5_001 },
    ],
    [
      'Reddit: seconds from now, and fractions',
      { 'x-ratelimit-remaining': '99.9', 'x-ratelimit-reset': '241' },
      { remaining: 99, resetMs: 241_000 },
    ],
    [
      'Discord: reset-after, before reset',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(9_000), 'x-ratelimit-reset-after': '1.4701' },
      { remaining: 0, resetMs: 1_471 },
    ],
    [
      'OpenAI: the kind that bars',
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      { remaining: 0, resetMs: 360_000, limit: 150_000 },
    ],
    [
      'OpenAI: milliseconds',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20ms' },
      { remaining: 0, resetMs: 20 },
    ],
    [
      'OpenAI: all units',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1h2m3.5s4ms' },
      { remaining: 0, resetMs: 3_723_504 },
    ],
    [
      'less than a millisecond is not 0',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20us' },
      { remaining: 0, resetMs: 1 },
    ],
    [
      'nanoseconds and µs',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1500µs900000ns' },
      { remaining: 0, resetMs: 3 },
    ],
    [
      'plain seconds',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7' },
      { remaining: 0, resetMs: 7_000 },
    ],
    [
      'no such unit',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7 weeks' },
      null,
    ],
    [
      'Anthropic: RFC 3339',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-01-01T12:00:30Z',
        'anthropic-ratelimit-output-tokens-remaining': '0',
        'anthropic-ratelimit-output-tokens-reset': '2026-01-01T12:00:10Z',
      },
      { remaining: 0, resetMs: 30_000, limit: 50 },
    ],
    [
      'input tokens',
      {
        'anthropic-ratelimit-input-tokens-remaining': '4',
        'anthropic-ratelimit-input-tokens-reset': '2026-01-01T12:00:01Z',
      },
      { remaining: 4, resetMs: 1_000 },
    ],
    ['nothing of the kind', { 'content-type': 'text/html' }, null],
  ])('%s', (_, headers, said) => {
    expect(parse(headers)).toEqual(said);
  });

  test.each([
    ['2026-01-01T12:00:01.25Z', 1_250],
    ['2026-01-01T12:00:01.0001z', 1_001],
    ['2026-01-01t14:00:01+02:00', 1_000],
    ['2026-01-01 10:30:01-01:30', 1_000],
    ['2026-01-01T11:59:59Z', 0],
    ['2026-01-01T12:00:60Z', 60_000],
    ['2026-02-01T12:00:00Z', DAY],
    ['Thu, 01 Jan 2026 12:00:02 GMT', 2_000],
  ])('a reset at %s is in %d ms', (text, resetMs) => {
    expect(parse({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': text })).toEqual({
      remaining: 1,
      resetMs,
    });
  });

  test.each([
    '2026-02-30T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T12:60:00Z',
    '2026-01-01T12:00:61Z',
    '2026-01-01T12:00:00',
    'x2026-01-01T12:00:00Z',
    '2026-01-01T12:00:00Zx',
    'soon',
    '-5',
    'NaN',
    '1e3',
    '0x10',
    'Infinity',
    '',
    '1'.repeat(21),
  ])('a reset %j counts as absent', (text) => {
    expect(parse({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': text })).toBeNull();
  });

  test('what is left counts as absent when it is no plain number', () => {
    for (const remaining of ['-1', 'NaN', 'none', '', '1e9', '1 2']) {
      expect(parse({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '5' })).toBeNull();
    }
    expect(
      parse({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5', 'x-ratelimit-limit': '-3' }),
    ).toEqual({
      remaining: 0,
      resetMs: 5_000,
    });
  });

  test.each([
    ['0', 0],
    ['1', 1_000],
    ['0.0001', 1],
    ['86400', DAY],
    ['86401', DAY],
    ['999999999', DAY],
    ['1000000000', 0],
    ['999999999999', DAY],
    ['1000000000000', 0],
    [String(NOW / 1_000 - 1), 0],
    [String(NOW / 1_000 + 86_400 * 365), DAY],
  ])('a reset of %s is %d ms', (text, resetMs) => {
    expect(parse({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': text })?.resetMs).toBe(resetMs);
  });

  test('a time since the epoch is measured by the clock of the server', () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(60_000) };
    const date = 'Thu, 01 Jan 2026 11:59:30 GMT';
    expect(parse({ ...headers, date })?.resetMs).toBe(90_000);
    expect(parseRateLimit(headers, { now: NOW, date })?.resetMs).toBe(90_000);
    expect(
      parseRateLimit({ ...headers, date: 'Thu, 01 Jan 2026 11:59:59 GMT' }, { now: NOW, date })?.resetMs,
    ).toBe(90_000);
    expect(parseRateLimit({ ...headers, date }, { now: NOW, date: null })?.resetMs).toBe(90_000);
    expect(parse({ ...headers, date: 'yesterday' })?.resetMs).toBe(60_000);
  });
});

describe('headers', () => {
  test('are read from Headers, from records in any case, and from lists', () => {
    const record = { 'X-RATELIMIT-Remaining': ['3'], 'x-ratelimit-reset': '1', other: undefined };
    expect(parse(record)).toEqual({ remaining: 3, resetMs: 1_000 });
    expect(parse(new Headers({ 'X-RateLimit-Remaining': '3', 'X-RateLimit-Reset': '1' }))).toEqual({
      remaining: 3,
      resetMs: 1_000,
    });
    expect(parse({ ratelimit: ['"a";r=5;t=1', '"b";r=0;t=2'] })).toEqual({ remaining: 0, resetMs: 2_000 });
    expect(parse({ get: 'a header of that name', ratelimit: '"a";r=5;t=1' })).toEqual({
      remaining: 5,
      resetMs: 1_000,
    });
  });

  test('that cannot be read are absent', () => {
    const bad = {
      get: (name: string): string => {
        if (name === 'ratelimit') throw new Error('no');
        return name === 'x-ratelimit-remaining' ? '1' : '2';
      },
    };
    expect(parse(bad)).toMatchObject({ remaining: 1, resetMs: 2_000 });
    const odd = JSON.parse('{"x-ratelimit-remaining": 5, "x-ratelimit-reset": {}}') as Record<string, string>;
    expect(parse(odd)).toBeNull();
  });

  test('whatever they hold, nothing is thrown, and what is said is believable', () => {
    const names = [
      'ratelimit',
      'ratelimit-policy',
      'ratelimit-reset',
      'x-ratelimit-remaining',
      'ratelimit-remaining',
      'x-ratelimit-reset',
      'x-ratelimit-reset-after',
      'x-ratelimit-remaining-requests',
      'x-ratelimit-reset-requests',
      'anthropic-ratelimit-tokens-remaining',
      'anthropic-ratelimit-tokens-reset',
      'date',
      'retry-after',
    ];
    const likely = fc.stringMatching(/^[-"a;rtqw=,0-9.smhTZ: ]{0,30}$/);
    const headers = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.string(), likely, fc.nat().map(String)),
    );
    fc.assert(
      fc.property(headers, fc.integer({ min: 0, max: 4e12 }), (record, now) => {
        const said = parseRateLimit(record, { now });
        if (said === null) return;
        expect(said.remaining).toBeGreaterThanOrEqual(0);
        expect(Number.isInteger(said.remaining)).toBe(true);
        expect(said.resetMs).toBeGreaterThanOrEqual(0);
        expect(said.resetMs).toBeLessThanOrEqual(DAY);
        for (const status of [200, 429, 503]) classifyStatus(status, { headers: record, now });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a status with headers', () => {
  const empty = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' };
  const base = { scope: 'call', evidence: 'status' };

  test.each([429, 503])('a %d without a Retry-After waits for the reset of what is exhausted', (status) => {
    expect(classifyStatus(status, { headers: empty, now: NOW })).toEqual({
      ...base,
      category: 'rate-limit',
      safeToReplay: 'yes',
      code: `HTTP_${status}`,
      retryAfterMs: 30_000,
    });
  });

  test('a Retry-After goes before the reset, wherever it stands; one that is not understood does not', () => {
    const headers = { ...empty, 'Retry-After': '7' };
    expect(classifyStatus(429, { headers, now: NOW })?.retryAfterMs).toBe(7_000);
    expect(classifyStatus(429, { headers, now: NOW, retryAfter: '8' })?.retryAfterMs).toBe(8_000);
    expect(classifyStatus(429, { headers, now: NOW, retryAfter: null })?.retryAfterMs).toBe(7_000);
    expect(classifyStatus(503, { headers: { 'retry-after': '7' } })).toMatchObject({
      category: 'rate-limit',
      retryAfterMs: 7_000,
    });
    expect(
      classifyStatus(429, { headers: { ...empty, 'retry-after': 'soon' }, now: NOW })?.retryAfterMs,
    ).toBe(30_000);
  });

  test('what is not exhausted, or not of a throttle, says nothing', () => {
    const left = { ...empty, 'x-ratelimit-remaining': '1' };
    expect(classifyStatus(429, { headers: left, now: NOW })).not.toHaveProperty('retryAfterMs');
    expect(classifyStatus(503, { headers: left, now: NOW })).toMatchObject({
      category: 'network',
      safeToReplay: 'unknown',
    });
    expect(classifyStatus(500, { headers: empty, now: NOW })).not.toHaveProperty('retryAfterMs');
    expect(classifyStatus(404, { headers: empty, now: NOW })).toMatchObject({ category: 'permanent' });
    expect(classifyStatus(200, { headers: empty, now: NOW })).toBeNull();
    expect(classifyStatus(429, { headers: empty })).not.toHaveProperty('retryAfterMs');
    expect(classifyStatus(429, { now: NOW })).not.toHaveProperty('retryAfterMs');
  });

  test('dates are measured by the Date of the headers, or the one that is given', () => {
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(NOW / 1_000 + 60),
      date: 'Thu, 01 Jan 2026 11:59:30 GMT',
    };
    expect(classifyStatus(429, { headers, now: NOW })?.retryAfterMs).toBe(90_000);
    const date = 'Thu, 01 Jan 2026 11:59:50 GMT';
    expect(classifyStatus(429, { headers, now: NOW, date })?.retryAfterMs).toBe(70_000);
    const until = { 'retry-after': 'Thu, 01 Jan 2026 12:00:00 GMT', date: headers.date };
    expect(classifyStatus(429, { headers: until })?.retryAfterMs).toBe(30_000);
  });
});
