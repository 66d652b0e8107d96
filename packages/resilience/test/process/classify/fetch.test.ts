import { afterAll, beforeAll, expect, test } from 'vitest';
import { classify, classifyStatus, UNDICI_RULES } from '../../../src/classify/index.ts';
import { agent } from './testing/agent.ts';
import { closedPort, startFaultyServer } from './testing/faulty-server.ts';
import type { FaultyServer } from './testing/faulty-server.ts';
import { failure, generalTable, RowCount } from './testing/row-count.ts';
import type { Expected } from './testing/row-count.ts';

const count = new RowCount([generalTable('undici', UNDICI_RULES)]);
let server: FaultyServer;
beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(async () => await server[Symbol.asyncDispose]());

const lost: Expected = { category: 'network', scope: 'call', safeToReplay: 'unknown' };
const late: Expected = { category: 'timeout', scope: 'call', safeToReplay: 'unknown' };
const refused: Expected = { category: 'permanent', scope: 'call', safeToReplay: 'no', evidence: 'class' };

async function fetchWhole(url: string, init: RequestInit = {}): Promise<string> {
  return await (await fetch(url, init)).text();
}

test.each([
  ['/reset', 'ECONNRESET'],
  ['/empty', 'UND_ERR_SOCKET'],
  ['/reset-in-body', 'ECONNRESET'],
  ['/chunks-cut', 'UND_ERR_SOCKET'],
  ['/gzip-corrupt', 'Z_DATA_ERROR'],
  ['/large-headers', 'UND_ERR_HEADERS_OVERFLOW'],
])('fetch of %s tells %s', async (path, code) => {
  const error = await failure(() => fetchWhole(server.url + path));
  expect(server.asked.get(path)).toBeGreaterThan(0);
  count.live(error, { ...lost, code });
});

test('a body that ends too soon is network, whichever of two codes it has', async () => {
  const error = await failure(() => fetchWhole(`${server.url}/short`));
  count.live(error, lost);
  expect(['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'UND_ERR_SOCKET']).toContain(
    (error as { cause: { code: string } }).cause.code,
  );
});

test('what is not HTTP has no code, only the name of its class', async () => {
  const error = await failure(() => fetchWhole(`${server.url}/not-http`));
  expect((error as Error).cause).toMatchObject({ name: 'HTTPParserError' });
  count.live(error, lost);
});

test('a refused connection was never used', async () => {
  const port = await closedPort();
  count.live(await failure(() => fetch(`http://127.0.0.1:${port}/`)), {
    category: 'network',
    safeToReplay: 'yes',
    code: 'ECONNREFUSED',
  });
});

test.each(['/silent', '/stalled-body'])('AbortSignal.timeout on %s is a timeout', async (path) => {
  const error = await failure(() => fetchWhole(server.url + path, { signal: AbortSignal.timeout(150) }));
  expect((error as DOMException).code).toBe(23);
  count.live(error, { ...late, evidence: 'class' });
});

test('an abort of the caller is a cancellation, also by a reason of its own', async () => {
  const byDefault = await failure(() => fetch(`${server.url}/silent`, { signal: AbortSignal.abort() }));
  count.live(byDefault, { category: 'cancelled', scope: 'none', safeToReplay: 'no' });
  const { signal } = abortedBy(new Error('the user pressed stop'));
  const byReason = await failure(() => fetch(`${server.url}/silent`, { signal }));
  expect(byReason).toBe(signal.reason);
  expect(classify(byReason, { signal }).category).toBe('cancelled');
  expect(classify(byReason).category).toBe('unknown');
});

function abortedBy(reason: Error): AbortController {
  const controller = new AbortController();
  controller.abort(reason);
  return controller;
}

test.each([
  ['a redirect that leads to itself', '/redirect-loop'],
  ['a proxy that asks who we are', '/proxy'],
])('%s is refused by fetch itself', async (_, path) => {
  const error = await failure(() => fetch(server.url + path));
  expect(server.asked.get(path)).toBeGreaterThan(0);
  count.live(error, refused);
});

test('a blocked port and an unknown scheme are refused by fetch itself', async () => {
  count.live(await failure(() => fetch('http://127.0.0.1:1/')), refused);
  count.live(await failure(() => fetch('nowhere://there/')), refused);
  expect(await failure(() => fetch('http://127.0.0.1:1/'))).toMatchObject({ cause: { message: 'bad port' } });
});

test('an address that is none is permanent by its code', async () => {
  count.live(await failure(() => fetch('no address')), { category: 'permanent', code: 'ERR_INVALID_URL' });
});

test('a plain cause makes nothing permanent unless fetch itself refused', async () => {
  const cause = new Error('bad port');
  for (const error of [
    new Error('fetch failed', { cause }),
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'X' }) }),
    new TypeError('fetch failed', { cause: new Error('bad', { cause: new Error('deeper') }) }),
    new TypeError('fetch failed'),
    new TypeError('cannot read', { cause }),
  ]) {
    expect(classify(error).category).toBe('unknown');
  }
});

test('the timers of undici', async () => {
  const headers = agent({ headersTimeout: 100 });
  const body = agent({ bodyTimeout: 100 });
  const connecting = agent({ connect: { timeout: 100 } });
  const [noHeaders, noBody, noHandshake] = await Promise.all([
    failure(() => fetchWhole(`${server.url}/silent`, headers.init)),
    failure(() => fetchWhole(`${server.url}/stalled-body`, body.init)),
    // The server waits for a request and never answers the handshake.
    failure(() => fetch(`https://127.0.0.1:${server.port}/`, connecting.init)),
  ]);
  count.live(noHeaders, { ...late, code: 'UND_ERR_HEADERS_TIMEOUT' });
  count.live(noBody, { ...late, code: 'UND_ERR_BODY_TIMEOUT' });
  count.live(noHandshake, { ...late, safeToReplay: 'yes', code: 'UND_ERR_CONNECT_TIMEOUT' });
  await Promise.all([headers.destroy(), body.destroy(), connecting.destroy()]);
});

test('a client that is gone has to be made anew', async () => {
  const gone: Expected = { category: 'session-lost', scope: 'session', safeToReplay: 'yes' };
  const destroyed = agent({});
  await destroyed.destroy();
  count.live(await failure(() => fetch(`${server.url}/fine`, destroyed.init)), gone);
  const closed = agent({});
  await closed.close();
  count.live(await failure(() => fetch(`${server.url}/fine`, closed.init)), gone);
});

test('a request that contradicts itself is permanent', async () => {
  const client = agent({});
  const error = await failure(() =>
    client.request({
      origin: server.url,
      path: '/fine',
      method: 'POST',
      headers: { 'content-length': '9' },
      body: 'four',
    }),
  );
  count.live(error, { category: 'permanent', code: 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH' });
  await client.destroy();
});

test('rows of undici that need a proxy or a client of its own', () => {
  const coded = (code: string): Error => Object.assign(new Error('x'), { code });
  count.constructed(coded('UND_ERR_PRX_TLS'), { category: 'tls', safeToReplay: 'yes' });
  count.constructed(coded('UND_ERR_ABORTED'), { category: 'cancelled', safeToReplay: 'no' });
});

test.each([
  [401, '', 'auth-expired', 'yes'],
  [403, '', 'permanent', 'no'],
  [404, '', 'permanent', 'no'],
  [408, '', 'network', 'yes'],
  [419, '', 'auth-expired', 'yes'],
  [425, '', 'network', 'yes'],
  [429, '', 'rate-limit', 'yes'],
  [440, '', 'auth-expired', 'yes'],
  [500, '', 'network', 'unknown'],
  [502, '', 'network', 'unknown'],
  [503, '', 'network', 'unknown'],
  [503, '/retry-after', 'rate-limit', 'yes'],
  [504, '', 'network', 'unknown'],
])('an answer with status %d%s is %s', async (status, more, category, safeToReplay) => {
  const answer = await fetch(`${server.url}/status/${status}${more}`);
  const verdict = classifyStatus(answer.status, { retryAfter: answer.headers.get('retry-after') });
  expect(verdict).toMatchObject({ category, safeToReplay, evidence: 'status' });
  expect(verdict?.retryAfterMs).toBe(more === '' ? undefined : 7_000);
});

test('every row is met', () => count.settle());
