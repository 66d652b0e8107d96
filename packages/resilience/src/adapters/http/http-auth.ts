import type { Clock } from '../../clock/clock.ts';
import type { AdapterContext, AuthState } from '../../session/adapter.ts';
import type { JsonValue } from '../../state/state-store.ts';
import type { CookieJar } from './cookie-jar.ts';
import type { CsrfSource } from './csrf.ts';
import type { Fetch } from './default-fetch.ts';
import type { HttpRequest } from './exchange.ts';

/** How a form is sent. */
export interface SubmitOptions {
  /** Where the page with the form is; default the address that it is sent to. */
  readonly page?: string;
  /** Where the token against forgery stands; the page is not fetched without it. */
  readonly csrf?: CsrfSource;
  readonly signal?: AbortSignal;
}

/** What a login works with: the client before it is known whether anybody is logged in. */
export interface HttpLoginClient {
  readonly baseUrl: URL;
  readonly cookies: CookieJar;
  readonly clock: Clock;
  /** Bare requests: no cookies, no token, redirects as `init` says. */
  readonly fetch: Fetch;
  /** Tokens and times of a login, part of the snapshot; replaced as a whole. */
  credentials: JsonValue | undefined;
  /** Whether the server answered 401 to the Authorization header of these very credentials. */
  readonly refused: boolean;
  /**
   * A request with cookies and redirects, which does not take a login page for an expired login.
   * @throws ResilienceError `ERR_HTTP_RATE_LIMITED` for 429, and for 503 with Retry-After.
   */
  exchange(path: string, request?: HttpRequest): Promise<Response>;
  /** Sends a form, with the token of its page. */
  submit(path: string, fields: Readonly<Record<string, string>>, options?: SubmitOptions): Promise<Response>;
}

/** How an HTTP session logs in: `formLogin`, `oauth`, or your own. One object may serve many sessions. */
export interface HttpAuth {
  check(client: HttpLoginClient, context: AdapterContext): Promise<AuthState>;
  /** @throws NeedsHumanError when a person has to do something first. */
  login(client: HttpLoginClient, context: AdapterContext & { readonly reason: string }): Promise<void>;
  refresh?(client: HttpLoginClient, context: AdapterContext): Promise<void>;
  /** Whether a redirect to this address means that the login has expired. */
  expiredAt?(url: URL, baseUrl: URL): boolean;
  /** Whether an answer that is no error means so; read a `clone()` of its body. */
  expired?(response: Response): boolean | Promise<boolean>;
  /** The Authorization header for requests to the origin of `baseUrl`. */
  authorization?(credentials: JsonValue): string | undefined;
}
