import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A TCP server that says exactly what a test tells it, and counts. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Heads of the requests, in order. */
  readonly requests: string[];
  /** Sockets opened so far. */
  connections(): number;
}

/** Answers every request head with `answer`, which gets the socket and the request's number from 1. */
export async function rawServer(
  answer: (socket: Socket, request: number, head: string) => void,
): Promise<RawServer> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        requests.push(text.slice(0, end));
        text = text.slice(end + 4);
        answer(socket, requests.length, requests.at(-1) ?? '');
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A response head with these lines. */
export function head(...lines: string[]): string {
  return [...lines, '', ''].join('\r\n');
}

/** A whole response with Content-Length. */
export function response(body: string | Uint8Array, ...lines: string[]): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([
    Buffer.from(head('HTTP/1.1 200 OK', `Content-Length: ${bytes.length}`, ...lines)),
    bytes,
  ]);
}
