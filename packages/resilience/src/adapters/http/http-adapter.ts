import { classify } from '../../classify/classify.ts';
import type { Clock } from '../../clock/clock.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { AdapterContext, OpenContext, SessionAdapter, SessionAuth } from '../../session/adapter.ts';
import { defaultFetch } from './default-fetch.ts';
import type { Fetch } from './default-fetch.ts';
import type { HttpAuth } from './http-auth.ts';
import { ClientBook } from './client-book.ts';
import type { CookieClient, HttpClient, HttpParts, HttpSnapshot } from './http-client.ts';
import { statusError, verdictOf } from './status-error.ts';

/** What an HTTP session is made of. */
export interface HttpAdapterOptions {
  /** Paths are relative to it; tokens are told to its origin alone. */
  readonly baseUrl: string;
  /** `formLogin(…)`, `oauth(…)` or your own; without it nobody logs in and a 401 is an answer like others. */
  readonly auth?: HttpAuth;
  /** Path that is fetched to see whether the service answers; default `baseUrl` itself. Any status below 500 is well. */
  readonly probe?: string;
  /** Default the global fetch. It must honour `redirect: 'manual'` and `signal`. */
  readonly fetch?: Fetch;
  readonly clock?: Clock;
}

/**
 * An HTTP login as a supervised resource: cookies, tokens, redirects, an expired login told from an answer.
 * There is no connection to lose: a service that does not answer is found by a probe, or shown by the caller's errors.
 * The next client takes over the cookies and tokens of the one before as they are, so that a refresh token that was
 * rotated since the last snapshot is not lost.
 * @throws InvalidOptionError
 */
export function httpAdapter(options: HttpAdapterOptions): SessionAdapter<HttpClient, HttpSnapshot> {
  const parts = partsOf(options);
  const clients = new ClientBook(parts);
  return {
    kind: 'http',
    open: async ({ signal, restore }: OpenContext<HttpSnapshot>) => {
      signal.throwIfAborted();
      return clients.open(restore);
    },
    close: async (client) => clients.of(client).close(),
    // Nothing pushes: each request has a connection of its own, and its errors belong to the caller.
    watch: () => ({ [Symbol.dispose]: () => undefined }),
    probe: (client, context) => probe(clients.of(client), options.probe ?? '', context, parts),
    snapshot: async (client) => clients.snapshot(client),
    ...(options.auth === undefined
      ? {}
      : { auth: sessionAuth(options.auth, (client) => clients.of(client)) }),
    classify: (error) => classify(error),
    replace: 'open-then-close',
  };
}

function partsOf(options: HttpAdapterOptions): HttpParts {
  const baseUrl = URL.parse(options.baseUrl);
  if (baseUrl === null || !/^https?:$/.test(baseUrl.protocol)) {
    throw new InvalidOptionError('baseUrl', 'must be an address that begins with http:// or https://');
  }
  const { fetch = defaultFetch, clock = systemClock, auth } = options;
  return { baseUrl, fetch, clock, auth };
}

/** A service that answers anything but an error of its own is there; whether we are logged in is `auth`'s question. */
async function probe(
  client: CookieClient,
  path: string,
  { signal }: AdapterContext,
  { clock }: HttpParts,
): Promise<void> {
  const response = await client.loginClient().exchange(path, { signal });
  await response.body?.cancel();
  const verdict = response.status >= 500 ? verdictOf(response, clock.now()) : null;
  if (verdict !== null) throw statusError(new URL(path, client.baseUrl), response, verdict);
}

function sessionAuth(auth: HttpAuth, of: (client: HttpClient) => CookieClient): SessionAuth<HttpClient> {
  return {
    check: (client, context) => auth.check(of(client).loginClient(), context),
    login: (client, context) => auth.login(of(client).loginClient(), context),
    ...(auth.refresh && {
      refresh: async (client, context) => await auth.refresh?.(of(client).loginClient(), context),
    }),
  };
}
