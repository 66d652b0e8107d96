import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  classifyWebSocket,
  CLOSE_RULES,
  WEBSOCKET_RULES,
} from '../../../src/adapters/websocket/websocket-rules.ts';
import { closedPort } from './testing/faulty-server.ts';
import { driverTable, failure, RowCount } from './testing/row-count.ts';
import type { Expected, Table } from './testing/row-count.ts';

const closes: Table = {
  name: 'close codes',
  rows: CLOSE_RULES.map(({ what }) => what),
  knows: (event) => {
    const code = (event as { code?: unknown }).code as number;
    return CLOSE_RULES.filter(({ closeCodes }) => closeCodes.includes(code)).map(({ what }) => what);
  },
};
const count = new RowCount([closes, driverTable('websocket', WEBSOCKET_RULES)], classifyWebSocket);

const sockets = new Set<Socket>();
let http: Server;
let server: WebSocketServer;
let url: string;
beforeAll(async () => {
  http = createServer((_, response) => response.end('no WebSocket here'));
  server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    const [, what, value] = (request.url ?? '').split('/');
    if (what === 'status') {
      socket.end(`HTTP/1.1 ${value} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    } else if (what !== 'silent') {
      server.handleUpgrade(request, socket, head, (peer) => {
        if (what === 'close') peer.close(Number(value), 'as asked');
        if (what === 'vanish') peer.terminate();
        if (what === 'large') peer.send('x'.repeat(1_000));
      });
    }
  });
  http.on('connection', (socket) => sockets.add(socket));
  await once(http.listen(0, '127.0.0.1'), 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => http.close(resolve));
});

async function event<K extends 'close' | 'error'>(socket: WebSocket, type: K): Promise<unknown> {
  return await new Promise((resolve) => {
    socket.on('error', () => {});
    socket.addEventListener(type, resolve);
  });
}

test.each([
  [1001, 'network', 'session', 'unknown'],
  [1011, 'network', 'session', 'unknown'],
  [1012, 'network', 'session', 'unknown'],
  [1013, 'network', 'session', 'unknown'],
  [1014, 'network', 'session', 'unknown'],
  [1002, 'permanent', 'call', 'no'],
  [1003, 'permanent', 'call', 'no'],
  [1007, 'permanent', 'call', 'no'],
  [1009, 'permanent', 'call', 'no'],
  [1010, 'permanent', 'call', 'no'],
  [1008, 'auth-expired', 'auth', 'yes'],
  [4401, 'auth-expired', 'auth', 'yes'],
  [4403, 'auth-expired', 'auth', 'yes'],
] as const)('a close with %d is %s', async (code, category, scope, safeToReplay) => {
  const close = await event(new WebSocket(`${url}/close/${code}`), 'close');
  expect(close).toMatchObject({ code, reason: 'as asked' });
  count.live(close, { category, scope, safeToReplay, evidence: 'event', code: `WS_${code}` });
  expect(classifyWebSocket({ closeCode: code })).toEqual(classifyWebSocket(close));
});

test('a peer that vanishes closes with 1006', async () => {
  const close = await event(new WebSocket(`${url}/vanish`), 'close');
  count.live(close, { category: 'network', scope: 'session', safeToReplay: 'unknown', code: 'WS_1006' });
});

test('a normal end is no failure', async () => {
  const close = await event(new WebSocket(`${url}/close/1000`), 'close');
  expect(close).toMatchObject({ code: 1000 });
  expect(classifyWebSocket(close)).toBeUndefined();
  expect(classifyWebSocket({ closeCode: 1005 })).toBeUndefined();
});

test.each([
  [401, 'auth-expired', 'yes'],
  [403, 'permanent', 'no'],
  [429, 'rate-limit', 'yes'],
  [503, 'network', 'yes'],
  [200, 'permanent', 'no'],
] as const)('a handshake that is answered with %d is %s', async (status, category, safeToReplay) => {
  const [error] = (await once(new WebSocket(`${url}/status/${status}`), 'error')) as [Error];
  expect(error.message).toBe(`Unexpected server response: ${status}`);
  count.live(error, { category, safeToReplay, evidence: 'message', code: `HTTP_${status}` });
});

test('a handshake that is not answered', async () => {
  const socket = new WebSocket(`${url}/silent`, { handshakeTimeout: 100 });
  const [error] = (await once(socket, 'error')) as [unknown];
  count.live(error, { category: 'timeout', scope: 'call', safeToReplay: 'yes' });
});

test('sending before it is open sends nothing', async () => {
  const socket = new WebSocket(`${url}/silent`);
  const error = await failure(() => socket.send('x'));
  const gone: Expected = { category: 'session-lost', scope: 'session', safeToReplay: 'yes' };
  count.live(error, gone);
  const ended = once(socket, 'error');
  socket.terminate();
  count.live((await ended)[0], gone);
});

test('a message that is larger than allowed', async () => {
  const [error] = (await once(new WebSocket(`${url}/large`, { maxPayload: 10 }), 'error')) as [unknown];
  count.live(error, { category: 'permanent', code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' });
});

test('a refused connection, as an error and as the event that carries it', async () => {
  const address = `ws://127.0.0.1:${await closedPort()}`;
  const refused: Expected = { category: 'network', scope: 'call', safeToReplay: 'yes' };
  count.live(await event(new WebSocket(address), 'error'), { ...refused, code: 'ECONNREFUSED' });
  const browserLike = new globalThis.WebSocket(address);
  const told = await new Promise((resolve) => browserLike.addEventListener('error', resolve));
  // The WebSocket of Node hides the cause behind an empty TypeError.
  count.live(told, { ...refused, evidence: 'class' });
});

test('every row is met', () => count.settle());
