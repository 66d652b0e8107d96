import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** Answers each path with a fault of its own, and counts what it was asked for. */
export interface FaultyServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** How often each path was asked for. */
  readonly asked: ReadonlyMap<string, number>;
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n';
const NUMBERS = Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 10_007).join(' ');
const CORRUPT = gzipSync(NUMBERS).fill(0xff, 4_000, 4_100);

const FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  '/fine': (socket) => socket.end(`${HEAD}Content-Length: 5\r\nConnection: close\r\n\r\n<p>hi`),
  '/reset': (socket) => socket.resetAndDestroy(),
  '/empty': (socket) => socket.end(),
  '/silent': () => {},
  '/reset-in-body': (socket) =>
    void socket.write(`${HEAD}Content-Length: 5000\r\n\r\nhello`, () =>
      setTimeout(() => socket.resetAndDestroy(), 30),
    ),
  '/short': (socket) => socket.end(`${HEAD}Content-Length: 5000\r\n\r\nhello`),
  '/stalled-body': (socket) => void socket.write(`${HEAD}Content-Length: 5000\r\n\r\nhello`),
  '/chunks-cut': (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\nff\r\nhello`),
  '/gzip-corrupt': (socket) => {
    socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${CORRUPT.length}\r\n\r\n`);
    socket.end(CORRUPT);
  },
  '/not-http': (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  // The preface of HTTP/2 asks for `*`.
  '*': (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  '/large-headers': (socket) => socket.end(`${HEAD}X-Large: ${'x'.repeat(100_000)}\r\n\r\n`),
  '/redirect-loop': (socket) =>
    socket.end('HTTP/1.1 302 Found\r\nLocation: /redirect-loop\r\nContent-Length: 0\r\n\r\n'),
  '/proxy': (socket) => socket.end('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n'),
};

/** Starts a server on the loopback whose paths are the faults; `/status/N` answers with status N. */
export async function startFaultyServer(): Promise<FaultyServer> {
  const asked = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that goes away in the middle is what half of the cases are about.
    socket.on('error', () => socket.destroy());
    socket.once('data', (data) => {
      const path = /^\w+ ([^\s?]+)/.exec(data.toString('latin1'))?.[1] ?? '';
      asked.set(path, (asked.get(path) ?? 0) + 1);
      answer(socket, path);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(socket: Socket, path: string): void {
  const status = /^\/status\/(\d{3})(\/retry-after)?$/.exec(path);
  const wait = status?.[2] === undefined ? '' : 'Retry-After: 7\r\n';
  if (status) {
    socket.end(`HTTP/1.1 ${status[1]} X\r\n${wait}Content-Length: 0\r\nConnection: close\r\n\r\n`);
  } else {
    // What is no HTTP, such as a TLS handshake, is never answered.
    (FAULTS[path] ?? FAULTS['/silent'])?.(socket);
  }
}

/** A port of the loopback on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
