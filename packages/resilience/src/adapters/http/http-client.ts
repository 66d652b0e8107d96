import type { Clock } from '../../clock/clock.ts';
import { ResilienceError } from '../../errors.ts';
import { AuthExpiredError } from '../../session/auth-expired-error.ts';
import type { JsonValue } from '../../state/state-store.ts';
import { CookieJar } from './cookie-jar.ts';
import type { Cookie } from './cookie.ts';
import { csrfToken } from './csrf.ts';
import type { CsrfToken } from './csrf.ts';
import type { Fetch } from './default-fetch.ts';
import { exchange } from './exchange.ts';
import type { Hop, HttpRequest } from './exchange.ts';
import type { HttpAuth, HttpLoginClient, SubmitOptions } from './http-auth.ts';
import { rateLimitError, statusError, verdictOf } from './status-error.ts';

/** What a login leaves behind. JSON; keep it secret. */
export interface HttpSnapshot {
  readonly cookies: readonly Cookie[];
  readonly credentials?: JsonValue;
}

/** Requests of one login, with its cookies and its token. */
export interface HttpClient {
  readonly baseUrl: URL;
  readonly cookies: CookieJar;
  /**
   * One request; `path` is relative to `baseUrl`, or a full address. Resolves to the answer after redirects, whatever
   * its status, as fetch does, except for what concerns the session. Never sends anything twice.
   * @throws AuthExpiredError for 401, 419, 440 and a redirect to the login, when the adapter has an `auth`;
   * ResilienceError `ERR_HTTP_RATE_LIMITED` (429, 503 with Retry-After), `ERR_HTTP_REDIRECTED` when a POST was taken
   * and what followed failed, `ERR_HTTP_REDIRECT`, `ERR_HTTP_CLIENT_CLOSED`; or what fetch throws.
   */
  request(path: string, request?: HttpRequest): Promise<Response>;
  /**
   * Sends a form (POST, url-encoded), with the token against forgery that its page holds.
   * @throws as `request`; ResilienceError `ERR_HTTP_CSRF` when the page has no token.
   */
  submit(path: string, fields: Readonly<Record<string, string>>, options?: SubmitOptions): Promise<Response>;
}

/** What a client is made of. */
export interface HttpParts {
  readonly baseUrl: URL;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly auth: HttpAuth | undefined;
}

type Send = (path: string, request: HttpRequest) => Promise<Response>;

/** Modes: open -> closed, in which what runs is cut off and nothing is sent any more. */
export class CookieClient implements HttpClient {
  readonly cookies: CookieJar;
  readonly #parts: HttpParts;
  readonly #end = new AbortController();
  #credentials: JsonValue | undefined;
  /** The Authorization header that was answered by 401. A late answer to an older one says nothing of the present. */
  #refused: string | undefined;

  constructor(parts: HttpParts, snapshot?: HttpSnapshot) {
    this.#parts = parts;
    this.cookies = new CookieJar(() => parts.clock.now(), snapshot?.cookies);
    this.#credentials = snapshot?.credentials;
  }

  get baseUrl(): URL {
    return this.#parts.baseUrl;
  }

  get closed(): boolean {
    return this.#end.signal.aborted;
  }

  request(path: string, request: HttpRequest = {}): Promise<Response> {
    const used = this.#authorization();
    return this.#exchange(path, request, (response, hop) => this.#judge(response, hop, used));
  }

  submit(path: string, fields: Readonly<Record<string, string>>, options?: SubmitOptions): Promise<Response> {
    return this.#submit((to, request) => this.request(to, request), path, fields, options);
  }

  /** The view of a login on this client. */
  loginClient(): HttpLoginClient {
    const send: Send = (path, request) =>
      this.#exchange(path, request, (response, { url }) => void this.#refuseLimits(response, url));
    const me = (): CookieClient => this;
    return {
      baseUrl: this.baseUrl,
      cookies: this.cookies,
      clock: this.#parts.clock,
      fetch: (url, init) => this.#parts.fetch(url, { ...init, signal: this.#within(init.signal) }),
      exchange: (path, request = {}) => send(path, request),
      submit: (path, fields, options) => this.#submit(send, path, fields, options),
      get credentials() {
        return me().#credentials;
      },
      set credentials(credentials) {
        me().#credentials = credentials;
      },
      get refused() {
        const present = me().#authorization();
        return present !== undefined && present === me().#refused;
      },
    };
  }

  snapshot(): HttpSnapshot {
    const credentials = this.#credentials;
    return { cookies: this.cookies.all(), ...(credentials === undefined ? {} : { credentials }) };
  }

  /** Cuts off what still runs, whose outcome is then unknown. Harmless when repeated. */
  close(): void {
    if (!this.closed) this.#end.abort(closedError('unknown'));
  }

  #exchange(
    path: string,
    request: HttpRequest,
    judge: (response: Response, hop: Hop) => void | Promise<void>,
  ): Promise<Response> {
    if (this.closed) return Promise.reject(closedError('yes'));
    const { fetch, baseUrl } = this.#parts;
    const url = new URL(path, baseUrl);
    const bounded = { ...request, signal: this.#within(request.signal) };
    return exchange(url, bounded, {
      fetch,
      jar: this.cookies,
      // A token is for the service that it was made for, and for nobody else.
      authorization: ({ origin }) => (origin === baseUrl.origin ? this.#authorization() : undefined),
      judge,
    });
  }

  async #submit(
    send: Send,
    path: string,
    fields: Readonly<Record<string, string>>,
    options: SubmitOptions = {},
  ): Promise<Response> {
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const token = await this.#token(send, options.page ?? path, options);
    const body = new URLSearchParams({ ...fields, ...token.fields });
    return await send(path, { method: 'POST', headers: token.headers, body, ...signal });
  }

  async #token(send: Send, page: string, { csrf, signal }: SubmitOptions): Promise<CsrfToken> {
    if (csrf === undefined) return { fields: {}, headers: {} };
    const response = await send(page, signal === undefined ? {} : { signal });
    const url = new URL(response.url === '' ? page : response.url, this.baseUrl);
    const verdict = verdictOf(response, this.#parts.clock.now());
    if (verdict !== null) throw statusError(url, response, { ...verdict, safeToReplay: 'yes' });
    return csrfToken(csrf, await response.text(), this.cookies, url);
  }

  async #judge(response: Response, hop: Hop, used: string | undefined): Promise<void> {
    const { auth, baseUrl } = this.#parts;
    const verdict = this.#refuseLimits(response, hop.url);
    if (auth === undefined) return;
    const isOurs = hop.url.origin === baseUrl.origin;
    if (verdict?.category === 'auth-expired' && isOurs) {
      this.#refused = used;
      throw new AuthExpiredError(`${hop.url.pathname} answered ${response.status}: the login has expired.`);
    }
    if (hop.target !== undefined && auth.expiredAt?.(hop.target, baseUrl) === true) {
      throw new AuthExpiredError(`${hop.url.pathname} sent us to the login.`);
    }
    if (verdict === null && hop.target === undefined && (await auth.expired?.(response)) === true) {
      throw new AuthExpiredError(`${hop.url.pathname} was answered by the login.`);
    }
  }

  #authorization(): string | undefined {
    const credentials = this.#credentials;
    return credentials === undefined ? undefined : this.#parts.auth?.authorization?.(credentials);
  }

  #refuseLimits(response: Response, url: URL): ReturnType<typeof verdictOf> {
    const verdict = verdictOf(response, this.#parts.clock.now());
    if (verdict?.category === 'rate-limit') throw rateLimitError(url, response, verdict);
    return verdict;
  }

  #within(signal: AbortSignal | null | undefined): AbortSignal {
    return signal ? AbortSignal.any([this.#end.signal, signal]) : this.#end.signal;
  }
}

function closedError(safeToReplay: 'yes' | 'unknown'): ResilienceError {
  return new ResilienceError('This client has been replaced or closed.', {
    code: 'ERR_HTTP_CLIENT_CLOSED',
    hint: 'Take a new lease of the session; a client lasts as long as its lease.',
    verdict: {
      category: 'session-lost',
      scope: 'session',
      safeToReplay,
      evidence: 'class',
      code: 'ERR_HTTP_CLIENT_CLOSED',
    },
  });
}
