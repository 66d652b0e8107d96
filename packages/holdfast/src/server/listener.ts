import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '@holdfast/resilience/clock';
import type { Hono } from 'hono';
import { isLoopback } from '../config/loopback.ts';

/** Something that a person should read once. */
export interface Notice {
  readonly code: 'PORT_BUSY' | 'LISTENING' | 'HOST_REFUSED' | 'LISTEN_FAILED';
  readonly message: string;
  readonly hint: string;
}

/** What listening needs. */
export interface ListenerParts {
  readonly app: Hono;
  /** The key of the configuration that moves it, and what is there, as the beginning of a sentence. */
  readonly setting: 'dashboard' | 'share';
  readonly what: string;
  /** Whether others than this machine may open it. */
  readonly isPublic: boolean;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly tell: (notice: Notice) => void;
}

/** A port that belongs to somebody else is tried again so often, ms. */
const TRY_AGAIN_MS = 60_000;

/** Listens until `signal` aborts. A busy port is told once and tried again each minute: the rest goes on meanwhile. */
export async function keepListening(parts: ListenerParts, signal: AbortSignal): Promise<void> {
  const { host, tell, clock, what, isPublic } = parts;
  if (!isPublic && !isLoopback(urlOf(host, 80))) {
    tell(refused(host));
    return;
  }
  let told = '';
  while (!signal.aborted) {
    try {
      const server = await open(parts);
      const { port } = server.address() as AddressInfo;
      tell({ code: 'LISTENING', message: `${what} is at ${urlOf(host, port)}`, hint: '' });
      return await untilClosed(server, signal);
    } catch (error) {
      const notice = failure(error, parts);
      if (notice.code !== told) tell(notice);
      told = notice.code;
      await clock.sleep(TRY_AGAIN_MS, { signal }).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    }
  }
}

/** The address of the page for a person. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

function open({ app, host, port }: ListenerParts): Promise<Server> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => answerGarbage(error, socket));
  return new Promise((resolve, reject) => {
    // Kept: what goes wrong later with one connection is no reason to end.
    server.on('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function untilClosed(server: Server, signal: AbortSignal): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.once('close', resolve);
  });
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  await closed;
}

/** What is no HTTP at all is answered in the same form as any other malformed request. */
function answerGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({
    code: 'ERR_HTTP_MALFORMED',
    message: 'This is not a well-formed HTTP request.',
    hint: 'Open the address in a browser, or use curl.',
  });
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function failure(error: unknown, { host, port, what, setting }: ListenerParts): Notice {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return {
      code: 'PORT_BUSY',
      message: `Port ${port} of ${host} belongs to another program. ${what} is not served; the harvest goes on.`,
      hint: `Set "${setting}": { "port": … } to a free one. It is tried again each minute.`,
    };
  }
  return {
    code: 'LISTEN_FAILED',
    message: `${what} cannot be served at ${host}:${port} (${code ?? message}); the harvest goes on.`,
    hint: `Check ${setting}.host and ${setting}.port. It is tried again each minute.`,
  };
}

function refused(host: string): Notice {
  return {
    code: 'HOST_REFUSED',
    message: `The page is not served at ${host}: it has no login yet, so only this machine may open it; the harvest goes on.`,
    hint: 'Set dashboard.host to 127.0.0.1, and reach it from elsewhere through ssh -L.',
  };
}
