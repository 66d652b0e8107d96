import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, CATEGORIES, DEFAULT_RULES, isVerdict } from './index.ts';

function coded(code: string, extra: object = {}): Error {
  return Object.assign(new Error('x'), { code }, extra);
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('real errors', () => {
  test('a refused connection is network and safe to replay', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
    expect(classify(error)).toMatchObject({ category: 'network', safeToReplay: 'yes', code: 'ECONNREFUSED' });
    const fetched = await fetch(`http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);
    expect((fetched as Error).message).toBe('fetch failed');
    expect(classify(fetched)).toMatchObject({ category: 'network', safeToReplay: 'yes' });
  });

  test('cut and corrupt gzip are network', () => {
    const whole = gzipSync('hello hello hello hello');
    expect(classify(thrownBy(() => gunzipSync(whole.subarray(0, -9))))).toMatchObject({
      category: 'network',
      code: 'Z_BUF_ERROR',
    });
    expect(classify(thrownBy(() => gunzipSync(Buffer.from('<html>'))))).toMatchObject({
      category: 'network',
      code: 'Z_DATA_ERROR',
    });
  });

  test('a full SQLite database is local; a wrong statement is not', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('PRAGMA max_page_count = 2; CREATE TABLE t (x)');
    const full = thrownBy(() => database.exec('INSERT INTO t VALUES (randomblob(100000))'));
    expect(classify(full)).toMatchObject({ category: 'local', code: 'ERR_SQLITE_ERROR' });
    expect(classify(thrownBy(() => database.exec('SELEKT'))).category).toBe('unknown');
    database.close();
  });

  test('AbortSignal.timeout is a timeout, unless it is the caller who set it', () => {
    const timeout = new DOMException('late', 'TimeoutError');
    expect(classify(timeout).category).toBe('timeout');
    expect(classify(timeout, { signal: AbortSignal.abort(timeout) }).category).toBe('cancelled');
  });
});

describe('table', () => {
  const rows = DEFAULT_RULES.flatMap((rule) => (rule.codes ?? []).map((code) => ({ code, rule })));

  test.each(rows)('$code', ({ code, rule }) => {
    const { names: [name] = ['Error'], category, scope, safeToReplay } = rule;
    const error = coded(code, { name, syscall: rule.syscalls?.[0], errcode: rule.sqlite?.[0] });
    const evidence = rule.names === undefined ? 'code' : 'class';
    expect(classify(error)).toMatchObject({ category, scope, safeToReplay, evidence });
  });

  test.each([
    ['HPE_INVALID_CONSTANT', 'network'],
    ['ERR_HTTP2_STREAM_ERROR', 'network'],
    ['ERR_HTTP_INVALID_HEADER_VALUE', 'defect'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ])('%s is %s', (code, category) => {
    expect(classify(coded(code)).category).toBe(category);
  });

  test('ETIMEDOUT is safe to replay only while connecting', () => {
    expect(classify(coded('ETIMEDOUT', { syscall: 'connect' })).safeToReplay).toBe('yes');
    expect(classify(coded('ETIMEDOUT', { syscall: 'read' })).safeToReplay).toBe('unknown');
  });

  test('extended SQLite codes are judged by their primary code', () => {
    const ioErrorOnRead = 10 | (1 << 8);
    expect(classify(coded('ERR_SQLITE_ERROR', { errcode: ioErrorOnRead })).category).toBe('local');
  });

  test('a numeric code is no errno, and rows can be added', () => {
    expect(classify(Object.assign(new Error('x'), { code: 23 })).category).toBe('unknown');
    const rules = [
      { codes: ['57P01'], category: 'session-lost', scope: 'session', safeToReplay: 'unknown' },
    ] as const;
    expect(classify(coded('57P01'), { rules }).category).toBe('session-lost');
  });
});

test.each([
  'timeout must be a positive int',
  'UNIQUE constraint failed: connections.id',
  'Element not found: #disconnected-banner',
  'connection refused by policy',
])('the message "%s" is not searched for words', (message) => {
  expect(classify(new Error(message)).category).toBe('unknown');
});

test('gives the same verdict wrapped up to five deep and inside an AggregateError, and none deeper', () => {
  const bare = coded('EAI_AGAIN');
  const expected = classify(bare);
  let wrapped: Error = bare;
  for (let depth = 1; depth <= 5; depth += 1) {
    wrapped = new Error(`level ${depth}`, { cause: wrapped });
    expect(classify(wrapped)).toEqual(expected);
  }
  expect(classify(new Error('level 6', { cause: wrapped })).category).toBe('unknown');
  expect(classify(new AggregateError([new Error('other'), bare]))).toEqual(expected);
});

test('an error with a verdict of its own is believed, also as a cause', () => {
  const verdict = {
    category: 'rate-limit',
    scope: 'call',
    safeToReplay: 'yes',
    evidence: 'status',
    retryAfterMs: 7,
  };
  const error = Object.assign(coded('ECONNRESET'), { verdict });
  expect(classify(error)).toBe(verdict);
  expect(classify(new Error('outer', { cause: error }))).toBe(verdict);
  expect(classify(Object.assign(coded('ECONNRESET'), { verdict: { category: 'nonsense' } })).category).toBe(
    'network',
  );
});

test('survives cycles, throwing getters, proxies and huge aggregates', () => {
  const cycle: { cause?: unknown } = {};
  cycle.cause = cycle;
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
    },
  );
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const huge = new AggregateError(Array.from({ length: 100_000 }, () => new Error('x')));
  for (const value of [cycle, hostile, proxy, huge, { verdict: hostile }, { errors: proxy }]) {
    expect(classify(value).category).toBe('unknown');
  }
});

test('never throws and never says permanent about what it does not know', () => {
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withMap: true, withSet: true, withBigInt: true }),
      (value) => {
        const verdict = classify(value);
        expect(isVerdict(verdict)).toBe(true);
        expect(CATEGORIES).toContain(verdict.category);
        expect(classify(new Error('wrapped', { cause: value }))).toEqual(verdict);
      },
    ),
  );
});
