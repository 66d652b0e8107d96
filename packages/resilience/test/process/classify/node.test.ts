import assert from 'node:assert';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HTTP_RULES, NODE_RULES, SQLITE_RULES } from '../../../src/classify/index.ts';
import { dnsCases } from './testing/dns-cases.ts';
import { closedPort, startFaultyServer } from './testing/faulty-server.ts';
import type { FaultyServer } from './testing/faulty-server.ts';
import { failure, generalTable, RowCount } from './testing/row-count.ts';
import type { Expected } from './testing/row-count.ts';
import { startStuckListener } from './testing/stuck-listener.ts';
import { tlsCases } from './testing/tls-cases.ts';

const count = new RowCount([
  generalTable('node', NODE_RULES),
  generalTable('http', HTTP_RULES),
  generalTable('sqlite', SQLITE_RULES),
]);
let server: FaultyServer;
beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(async () => await server[Symbol.asyncDispose]());

const notSent: Expected = { category: 'network', scope: 'call', safeToReplay: 'yes' };
const lost: Expected = { category: 'network', scope: 'call', safeToReplay: 'unknown' };
const defect: Expected = { category: 'defect', scope: 'none', safeToReplay: 'no' };

/** The first error of something that emits. */
async function emitted(emitter: {
  once(name: 'error', hear: (error: unknown) => void): unknown;
}): Promise<unknown> {
  return await new Promise((resolve) => emitter.once('error', resolve));
}

test('a connection that is refused, alone and after racing for several addresses', async () => {
  const port = await closedPort();
  count.live(await emitted(connect(port, '127.0.0.1')), { ...notSent, code: 'ECONNREFUSED' });
  const raced = await emitted(
    connect({ port, host: 'two.test', autoSelectFamily: true, lookup: addresses('127.0.0.1', '127.0.0.2') }),
  );
  expect(raced).toBeInstanceOf(AggregateError);
  expect((raced as AggregateError).message).toBe('');
  count.live(raced, { ...notSent, code: 'ECONNREFUSED' });
});

test('a connection that nobody answers while it is made has sent nothing', async () => {
  await using stuck = await startStuckListener();
  const raced = await emitted(
    connect({
      port: stuck.port,
      host: 'two.test',
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 50,
      lookup: addresses('127.0.0.1', '127.0.0.2'),
    }),
  );
  expect((raced as AggregateError).errors[0]).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' });
  count.live(raced, notSent);
  count.live((raced as AggregateError).errors[0], { ...notSent, code: 'ETIMEDOUT' });
});

/** Resolves every name to these addresses. */
function addresses(...all: string[]): never {
  type Answer = (error: null, found: { address: string; family: number }[]) => void;
  const lookup = (_: string, __: object, answer: Answer): void =>
    answer(
      null,
      all.map((address) => ({ address, family: 4 })),
    );
  return lookup as never;
}

test.each([
  ['/reset', 'ECONNRESET', 'read ECONNRESET'],
  ['/empty', 'ECONNRESET', 'socket hang up'],
])('node:http on %s', async (path, code, message) => {
  const error = await emitted(get(server.url + path));
  expect((error as Error).message).toBe(message);
  count.live(error, { ...lost, code });
});

test('an answer that breaks off is "aborted", with a code', async () => {
  const request = get(`${server.url}/reset-in-body`);
  request.on('error', () => {});
  const [answer] = (await once(request, 'response')) as [NodeJS.EventEmitter & { resume(): void }];
  answer.resume();
  const error = await emitted(answer);
  expect((error as Error).message).toBe('aborted');
  count.live(error, { ...lost, code: 'ECONNRESET' });
});

test('what is not HTTP, by node:http and by fetch', async () => {
  count.live(await failure(() => fetch(`${server.url}/not-http`)), lost);
  count.live(await emitted(get(`${server.url}/not-http`)), { ...lost, code: 'HPE_INVALID_CONSTANT' });
});

test('what is not HTTP/2', async () => {
  const session = connectHttp2(`${server.url}/`);
  const error = await emitted(session);
  count.live(error, lost);
  expect((error as { code: string }).code).toMatch(/^ERR_HTTP2_/);
  session.destroy();
});

test('a request whose end never comes is a timeout of the server', async () => {
  const slow = createServer({ headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 20 });
  slow.listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const socket = connect((slow.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {}).write('GET / HTTP/1.1\r\n');
  const [error, peer] = (await once(slow, 'clientError')) as [Error, Socket];
  count.live(error, { category: 'timeout', code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  peer.destroy();
  socket.destroy();
  slow.close();
});

test('gzip that was cut or damaged', async () => {
  const whole = gzipSync('hello hello hello hello');
  count.live(await failure(() => gunzipSync(whole.subarray(0, -9))), { ...lost, code: 'Z_BUF_ERROR' });
  count.live(await failure(() => gunzipSync(Buffer.from('<html>'))), { ...lost, code: 'Z_DATA_ERROR' });
});

test('wrong uses of the client are defects', async () => {
  const header = { headers: { 'x-name': undefined as unknown as string } };
  count.live(await failure(() => get(server.url, header)), {
    ...defect,
    code: 'ERR_HTTP_INVALID_HEADER_VALUE',
  });
  count.live(await failure(() => readFileSync({} as string)), { ...defect, code: 'ERR_INVALID_ARG_TYPE' });
  count.live(await failure(() => assert.equal(1, 2)), { ...defect, code: 'ERR_ASSERTION' });
  const misspelt = await failure(() => runInThisContext('missing') as unknown);
  count.live(misspelt, { ...defect, evidence: 'class' });
});

test('addresses that are none', async () => {
  count.live(await failure(() => new URL('no address')), { category: 'permanent', code: 'ERR_INVALID_URL' });
});

test('aborts and timeouts, with a code of their own and without', async () => {
  count.live(await failure(() => wait(1_000, undefined, { signal: AbortSignal.abort() })), {
    category: 'cancelled',
    code: 'ABORT_ERR',
  });
  count.live(await failure(() => AbortSignal.abort().throwIfAborted()), { category: 'cancelled' });
  const signal = AbortSignal.timeout(1);
  await once(signal, 'abort');
  count.live(signal.reason, { category: 'timeout', evidence: 'class' });
});

test('a full disk is our own affair', async () => {
  const full = openSync('/dev/full', 'w');
  const error = await failure(() => writeSync(full, 'x'));
  count.live(error, { category: 'local', scope: 'none', code: 'ENOSPC' });
});

test('SQLite that is locked, or full', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-classify-'));
  using holder = new DatabaseSync(join(folder, 'x.db'));
  using other = new DatabaseSync(join(folder, 'x.db'));
  holder.exec('CREATE TABLE t (x); BEGIN EXCLUSIVE');
  count.live(await failure(() => other.exec('INSERT INTO t VALUES (1)')), {
    category: 'local',
    safeToReplay: 'yes',
  });
  holder.exec('COMMIT; PRAGMA max_page_count = 3');
  const full = await failure(() => holder.exec('INSERT INTO t VALUES (randomblob(100000))'));
  count.live(full, { category: 'local', safeToReplay: 'unknown' });
  rmSync(folder, { recursive: true });
});

dnsCases(count);
tlsCases(count);

test('rows that need a machine without memory', () => {
  const error = Object.assign(new Error('not enough memory'), { code: 'Z_MEM_ERROR' });
  count.constructed(error, { category: 'local', scope: 'none' });
});

test('every row is met', () => count.settle());
