import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { control } from '../control.ts';
import { UpstreamError } from '../errors.ts';
import type { UpstreamRequest } from '../exchange.ts';
import type { Upstream } from '../upstream-port.ts';
import { sendFaulty } from './send.ts';

/** A listening simulator. */
export interface Listening {
  readonly port: number;
  /** `http://host:port`, without the base path. */
  readonly origin: string;
  /** Ends every connection and stops listening; the ledger is whole afterwards. */
  close(): Promise<void>;
}

/** Puts an upstream on a real port of a loopback address. `port` 0 picks a free one. `POST /sim` is the control channel, which the ledger does not show. */
export async function serve(
  upstream: Upstream,
  options: { readonly port?: number; readonly host?: string } = {},
): Promise<Listening> {
  const host = options.host ?? '127.0.0.1';
  const sockets = new Set<Socket>();
  const answers = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const answer = respond(upstream, request, response).finally(() => answers.delete(answer));
    answers.add(answer);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    upstream.ledger.noteConnections(sockets.size);
    // A client that resets its connection is its own affair; the ledger's line says that the answer was aborted.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...answers]);
    },
  };
}

async function respond(
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await read(request);
  if (body === undefined) return;
  if (request.url === '/sim' && request.method === 'POST') return command(upstream, body, response);
  const { reply, end } = upstream.exchange(plainRequest(request, body));
  if (reply.wire !== undefined) {
    end(await sendFaulty(request.socket, reply, reply.wire));
    return;
  }
  const left = new Promise<void>((resolve) => {
    response.on('close', () => {
      end({ aborted: !response.writableFinished, bytes: response.writableFinished ? reply.body.length : 0 });
      resolve();
    });
  });
  response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length });
  response.end(reply.body);
  return left;
}

/** The form of a request, undefined when the client went away while it sent it. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(parts).toString();
}

function plainRequest(request: IncomingMessage, body: string): UpstreamRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return { method: request.method ?? 'GET', url: request.url ?? '/', headers, body };
}

function command(upstream: Upstream, body: string, response: ServerResponse): void {
  try {
    const result = JSON.stringify(control(upstream, body));
    response.writeHead(200, { 'content-type': 'application/json' }).end(result);
  } catch (error) {
    const known =
      error instanceof UpstreamError
        ? { code: error.code, message: error.message, hint: error.hint }
        : { code: 'ERR_UPSTREAM_OPTION', message: String(error), hint: 'send a JSON object' };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(known));
  }
}
