import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { deadlines } from '@holdfast/resilience';
import type { Deadlines } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import { bodyError } from './body-error.ts';
import { BodyReader } from './content-coding.ts';
import { http, https } from './node-http.ts';
import type { Answer, Exchange, Head } from './port.ts';
import { proxyRefusal } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import type { TunnelArgs } from './tunnel-agent.ts';
import { wireError } from './wire-errors.ts';

/** The way to the upstream. */
export interface Route {
  readonly agent: Agent;
  readonly proxy: Proxy | null;
  readonly maxHeaderSize: number;
}

/** One exchange and everything it needs. */
export interface ExchangeJob {
  readonly exchange: Exchange;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly route: Route;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Sends one GET and reads its whole answer.
 * @throws HoldfastError with a verdict; `signal.reason` by identity when the caller gave up. In both cases the
 * socket is destroyed: what is left on it must not be read as the answer to the next request.
 */
export async function runExchange(job: ExchangeJob): Promise<Answer> {
  using limits = deadlines(job.exchange.timeouts, { clock: job.clock, signal: job.signal });
  const seen: { head: Head | null; socket: Socket | null } = { head: null, socket: null };
  let request: ClientRequest | undefined;
  try {
    request = open(job, limits.signal);
    request.once('socket', (socket) => {
      seen.socket = socket;
      watchConnection(socket, limits);
    });
    const { head, body } = await answerTo(request, job, limits, (found) => {
      seen.head = found;
      job.exchange.onHead?.(found);
    });
    return { url: job.exchange.url, ...head, body, receivedAt: job.clock.now() };
  } catch (error) {
    request?.destroy();
    // A socket that went back to the pool before the body turned out to be bad.
    seen.socket?.destroy();
    if (job.signal.aborted) throw job.signal.reason;
    const cause: unknown = limits.signal.aborted ? limits.signal.reason : error;
    throw wireError(cause, {
      host: job.url.host,
      head: seen.head,
      proxied: job.route.proxy !== null,
      now: job.clock.now(),
    });
  }
}

function open({ url, headers, route }: ExchangeJob, signal: AbortSignal): ClientRequest {
  const all = { host: url.host, ...headers };
  const common: TunnelArgs = {
    method: 'GET',
    agent: route.agent,
    headers: all,
    maxHeaderSize: route.maxHeaderSize,
    tunnelSignal: signal,
  };
  const path = `${url.pathname}${url.search}`;
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'https:')
    return https.request({ ...common, host: hostname, port: url.port || 443, path });
  const { proxy } = route;
  if (proxy === null) return http.request({ ...common, host: hostname, port: url.port || 80, path });
  const authorization = proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization };
  return http.request({
    ...common,
    host: proxy.hostname,
    port: proxy.port,
    path: `${url.origin}${path}`,
    headers: { ...all, ...authorization },
  });
}

async function answerTo(
  request: ClientRequest,
  job: ExchangeJob,
  limits: Deadlines,
  onHead: (head: Head) => void,
): Promise<{ head: Head; body: Uint8Array }> {
  const failed = Promise.withResolvers<never>();
  // It is raced below; once the race is over a late error has nobody to tell.
  failed.promise.catch(() => undefined);
  const onAbort = (): void => {
    request.destroy();
    failed.reject(limits.signal.reason);
  };
  // An error of the request counts even when the response ended well: that is how bytes beyond Content-Length show.
  request.on('error', failed.reject);
  if (limits.signal.aborted) onAbort();
  limits.signal.addEventListener('abort', onAbort, { once: true });
  const answered = responseTo(request, async (response) => {
    limits.firstByte();
    const head = { status: response.statusCode ?? 0, headers: flat(response.headers) };
    onHead(head);
    if (head.status === 407 && job.route.proxy !== null) throw proxyRefusal(407, job.route.proxy);
    return { head, body: await bodyOf(response, job, limits) };
  });
  request.end();
  try {
    const answer = await Promise.race([answered, failed.promise]);
    // One turn of the event loop, so that bytes which came with the last ones are noticed.
    await Promise.race([job.clock.sleep(0), failed.promise]);
    return answer;
  } finally {
    limits.signal.removeEventListener('abort', onAbort);
  }
}

function watchConnection(socket: Socket, limits: Deadlines): void {
  const secure = socket instanceof TLSSocket;
  if (socket.connecting || (secure && !socket.authorized))
    socket.once(secure ? 'secureConnect' : 'connect', () => limits.connected());
  else limits.connected();
}

/** Reading begins within the event: an error of a response that nobody listens to is dropped by Node. */
function responseTo<T>(request: ClientRequest, read: (response: IncomingMessage) => Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    request.once('response', (response) => resolve(read(response)));
  });
}

async function bodyOf(response: IncomingMessage, job: ExchangeJob, limits: Deadlines): Promise<Uint8Array> {
  const { host } = job.url;
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const coding = response.headers['content-encoding'];
  const reader = new BodyReader({ host, coding, maxBytes: job.exchange.maxBytes, onFailure: failed.reject });
  response.on('data', (chunk: Buffer) => {
    limits.progress();
    reader.write(chunk);
  });
  response.on('error', (error) => failed.reject(bodyError('cut', host, error)));
  const ended = new Promise<void>((resolve) => {
    response.once('end', resolve);
  });
  try {
    await Promise.race([ended, failed.promise]);
    if (!response.complete) throw bodyError('cut', host);
    if (reader.encodedBytes === 0 && mayBeEmpty(response.statusCode ?? 0)) return new Uint8Array();
    return await Promise.race([reader.end(), failed.promise]);
  } finally {
    reader.destroy();
  }
}

/** Answers without content may name a coding all the same; a 200 may not: its stream is cut to nothing. */
function mayBeEmpty(status: number): boolean {
  return status === 204 || status >= 300;
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
