import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from './exchange.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { Fault } from './faults.ts';
import { handle, isControl } from './handle.ts';
import { captchaPage, SESSION_COOKIE } from './login.ts';
import { bearerOf } from './oauth.ts';
import { RateLimit } from './rate-limit.ts';
import type { World } from './world.ts';

const MOST_BYTES = 1_000_000;

/** Reads requests and answers them, in whatever way the faults want. `signal` ends what still waits. */
export function serve(world: World, signal: AbortSignal) {
  const limit = new RateLimit(world.settings.rateLimit, world.settings.now);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (body === undefined) return answer(request, response, json({ error: 'That is too much.' }, 413));
    const exchange = exchangeOf(request, body, world);
    if (isControl(exchange, world)) return answer(request, response, handle(exchange, world));
    if (!limit.admits()) {
      world.ledger.add('rate-limited', { request: exchange.entry });
      const headers = { 'retry-after': '1' };
      return answer(request, response, json({ error: 'Too many requests.' }, 429, headers));
    }
    if (world.settings.latencyMs > 0) await sleep(world.settings.latencyMs, undefined, { signal });
    const reply = await withFault(exchange, world, response, signal);
    if (reply) answer(request, response, reply);
  };
}

/** The reply, or undefined when a fault took the connection. */
async function withFault(
  exchange: Exchange,
  world: World,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<Reply | undefined> {
  const fault = world.faults.take(exchange.method, exchange.path);
  if (!fault) return handle(exchange, world);
  world.ledger.add('fault', {
    request: exchange.entry,
    fault: fault.id,
    what: fault.kind,
    when: fault.when,
  });
  const early = fault.when === 'after' ? handle(exchange, world) : undefined;
  switch (fault.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return undefined;
    case 'black-hole':
      return undefined;
    case 'slow':
      await sleep(fault.delayMs, undefined, { signal });
      return early ?? handle(exchange, world);
    case 'status':
      return failure(fault);
    case 'captcha':
      world.faults.isCaptchaPending = true;
      world.ledger.add('captcha', { request: exchange.entry });
      return captchaPage('/');
  }
}

function failure(fault: Fault): Reply {
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  return json({ error: `This is a planned answer of ${fault.status}.` }, fault.status, headers);
}

function exchangeOf(request: IncomingMessage, body: string, world: World): Exchange {
  const url = new URL(request.url ?? '/', 'http://portal');
  const exchange = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    cookies: cookiesOf(request.headers.cookie ?? ''),
    body,
    id: '',
  };
  if (isControl(exchange, world)) return { ...exchange, entry: 0 };
  const bearer = bearerOf(exchange);
  const session =
    bearer === undefined
      ? world.sessions.nameOf(exchange.cookies.get(SESSION_COOKIE))
      : world.tokens.access.nameOf(bearer);
  const details = { method: exchange.method, path: exchange.path, query: url.search };
  const entry = world.ledger.add('request', { ...details, ...(session === undefined ? {} : { session }) });
  return { ...exchange, entry: entry.n };
}

function cookiesOf(header: string): ReadonlyMap<string, string> {
  const pairs = header.split(';').map((pair) => pair.trim().split('='));
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length <= MOST_BYTES) chunks.push(chunk);
  }
  return length > MOST_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function answer(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(reply.body),
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}
