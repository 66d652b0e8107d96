import { classify } from '../../classify/classify.ts';
import { ResilienceError } from '../../errors.ts';
import type { CookieJar } from './cookie-jar.ts';
import type { Fetch } from './default-fetch.ts';
import { redirectedError } from './status-error.ts';

/** What a request may carry. A body that can be read only once (a stream) could not follow a redirect. */
export type HttpBody = string | URLSearchParams | FormData | Blob | Uint8Array<ArrayBuffer>;

/** How a request is made. */
export interface HttpRequest {
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Headers | Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly signal?: AbortSignal;
}

/** What an exchange works with. */
export interface ExchangeParts {
  readonly fetch: Fetch;
  readonly jar: CookieJar;
  /** The Authorization header for this address; undefined where nothing is to be told. */
  readonly authorization: (url: URL) => string | undefined;
  /** Looks at each answer before its redirect is followed; what it throws ends the exchange. */
  readonly judge: (response: Response, at: Hop) => void | Promise<void>;
}

/** Where an exchange stands. */
export interface Hop {
  readonly url: URL;
  /** Where the answer sends us, when it is a redirect. */
  readonly target: URL | undefined;
}

interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: HttpBody | undefined;
}

/** As many as fetch follows. */
const MOST_REDIRECTS = 20;
const REDIRECTS = [301, 302, 303, 307, 308];
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** Never told to another origin than the one that it was meant for. */
const PRIVATE_HEADERS = ['authorization', 'cookie', 'proxy-authorization'];
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'content-language'];

/**
 * One request with cookies, redirects followed by hand: fetch would drop the cookies of the answers between. Nothing
 * is ever sent twice, whatever went wrong.
 * @throws what fetch and `judge` throw; ResilienceError `ERR_HTTP_REDIRECT` for a redirect that cannot be followed,
 * `ERR_HTTP_REDIRECTED` when an unsafe request was taken and something after its redirect failed.
 */
export async function exchange(url: URL, request: HttpRequest, parts: ExchangeParts): Promise<Response> {
  const method = (request.method ?? 'GET').toUpperCase();
  let next: Sent = { url, method, headers: new Headers(request.headers), body: request.body };
  let taken = false;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    try {
      const response = await send(next, request.signal, parts);
      const target = targetOf(response, next.url);
      await judged(response, { url: next.url, target }, parts);
      if (target === undefined) return response;
      await response.body?.cancel();
      // 307 and 308 say that the request was not taken here, and is to be made elsewhere.
      taken ||= !SAFE_METHODS.includes(method) && response.status < 307;
      next = redirected(next, response.status, target);
    } catch (error) {
      throw taken ? redirectedError(method, error, classify(error, signalOf(request))) : error;
    }
  }
  const endless = redirectError(url, `was redirected more than ${MOST_REDIRECTS} times`);
  throw taken ? redirectedError(method, endless, classify(endless)) : endless;
}

async function send(sent: Sent, signal: AbortSignal | undefined, parts: ExchangeParts): Promise<Response> {
  const headers = new Headers(sent.headers);
  const cookies = parts.jar.header(sent.url);
  if (cookies !== undefined && !headers.has('cookie')) headers.set('cookie', cookies);
  const authorization = parts.authorization(sent.url);
  if (authorization !== undefined && !headers.has('authorization'))
    headers.set('authorization', authorization);
  const response = await parts.fetch(sent.url, {
    method: sent.method,
    headers,
    redirect: 'manual',
    ...(sent.body === undefined ? {} : { body: sent.body }),
    ...(signal === undefined ? {} : { signal }),
  });
  parts.jar.store(sent.url, response);
  return response;
}

/** An answer that nobody will read gives its connection back. */
async function judged(response: Response, hop: Hop, parts: ExchangeParts): Promise<void> {
  try {
    await parts.judge(response, hop);
  } catch (error) {
    if (!response.bodyUsed) await response.body?.cancel();
    throw error;
  }
}

function targetOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get('location');
  if (!REDIRECTS.includes(response.status) || location === null) return undefined;
  const target = URL.parse(location, from);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw redirectError(from, 'was redirected to what is no address');
  }
  return target;
}

/** What is sent after a redirect (RFC 9110, 15.4; the fetch standard for 301 and 302 after a POST). */
function redirected(sent: Sent, status: number, target: URL): Sent {
  const headers = new Headers(sent.headers);
  if (target.origin !== sent.url.origin) for (const name of PRIVATE_HEADERS) headers.delete(name);
  const toGet =
    (status === 303 && sent.method !== 'HEAD') ||
    ((status === 301 || status === 302) && sent.method === 'POST');
  if (toGet) {
    for (const name of BODY_HEADERS) headers.delete(name);
    return { url: target, method: 'GET', headers, body: undefined };
  }
  if (sent.body !== undefined && target.origin !== sent.url.origin) {
    throw redirectError(sent.url, `wants the body to be sent to ${target.origin}`);
  }
  return { ...sent, url: target, headers };
}

function redirectError(url: URL, problem: string): ResilienceError {
  return new ResilienceError(`${url.origin}${url.pathname} ${problem}.`, {
    code: 'ERR_HTTP_REDIRECT',
    hint: 'Check the address; a service that moved is asked at its new one.',
    verdict: {
      category: 'permanent',
      scope: 'call',
      safeToReplay: 'no',
      evidence: 'status',
      code: 'ERR_HTTP_REDIRECT',
    },
  });
}

function signalOf(request: HttpRequest): { signal?: AbortSignal } {
  return request.signal === undefined ? {} : { signal: request.signal };
}
