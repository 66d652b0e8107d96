import { parseDuration } from '../../clock/duration.ts';
import type { Duration } from '../../clock/duration.ts';
import { ResilienceError } from '../../errors.ts';
import type { AdapterContext, AuthState } from '../../session/adapter.ts';
import type { JsonValue } from '../../state/state-store.ts';
import type { CsrfSource } from './csrf.ts';
import type { HttpAuth, HttpLoginClient } from './http-auth.ts';
import { statusError, verdictOf } from './status-error.ts';

/** A login by a form that sets a cookie. */
export interface FormLoginOptions {
  /** Where the form is and is sent to; being redirected there means that the login has expired. */
  readonly loginPath: string;
  /** A page that only who is logged in can see. */
  readonly checkPath: string;
  /** User and password by the names of the form's fields; a function is asked at each login. */
  readonly fields: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>);
  /** Where the form keeps its token against forgery, if it has one. */
  readonly csrf?: CsrfSource;
  /**
   * Whether the login worked, by the answer after redirects; by default any answer that is neither an error nor the
   * login page again. It may throw NeedsHumanError (a CAPTCHA, a second factor).
   */
  readonly success?: (response: Response) => boolean | Promise<boolean>;
  /** Whether an answer of status 200 is the login page in disguise; read a `clone()` of its body. */
  readonly expired?: (response: Response) => boolean | Promise<boolean>;
  /** How long the service lets a login live, where that is known: the session then logs in ahead of it. */
  readonly validFor?: Duration;
}

/**
 * Logs in by a form and tells an expired login by 401, 419, 440 or a redirect to the form.
 * Its login throws ResilienceError `ERR_LOGIN_FAILED` when the form comes back.
 * @throws InvalidOptionError
 */
export function formLogin(options: FormLoginOptions): HttpAuth {
  const { expired, validFor } = options;
  const validMs = validFor === undefined ? undefined : parseDuration(validFor, 'auth.validFor');
  return {
    check: (client, context) => check(options, client, context, validMs),
    login: (client, context) => login(options, client, context),
    expiredAt: (url, baseUrl) => isLogin(url, baseUrl, options.loginPath),
    ...(expired === undefined ? {} : { expired }),
  };
}

async function check(
  options: FormLoginOptions,
  client: HttpLoginClient,
  { signal }: AdapterContext,
  validMs: number | undefined,
): Promise<AuthState> {
  const response = await client.exchange(options.checkPath, { signal });
  const url = new URL(response.url === '' ? options.checkPath : response.url, client.baseUrl);
  const verdict = verdictOf(response, client.clock.now());
  const isOut =
    verdict?.category === 'auth-expired' ||
    isLogin(url, client.baseUrl, options.loginPath) ||
    (verdict === null && (await options.expired?.(response)) === true);
  if (!response.bodyUsed) await response.body?.cancel();
  if (isOut) return 'expired';
  if (verdict !== null) throw statusError(url, response, verdict);
  const since = loggedInAt(client.credentials);
  return validMs === undefined || since === undefined ? 'ok' : { expiresAt: since + validMs };
}

async function login(
  options: FormLoginOptions,
  client: HttpLoginClient,
  { signal }: AdapterContext,
): Promise<void> {
  const { loginPath, csrf, success = (response) => looksLoggedIn(response, client, loginPath) } = options;
  const fields = typeof options.fields === 'function' ? await options.fields() : options.fields;
  // A page that still knows us would show no form. Cookies made to last (a known device) stay, as in a browser.
  client.cookies.endSession();
  const at = client.clock.now();
  const response = await client.submit(loginPath, fields, {
    signal,
    ...(csrf === undefined ? {} : { csrf }),
  });
  const isIn = await success(response);
  if (!response.bodyUsed) await response.body?.cancel();
  if (!isIn) throw refused(response, client);
  client.credentials = { loggedInAt: at };
}

function looksLoggedIn(response: Response, client: HttpLoginClient, loginPath: string): boolean {
  const url = new URL(response.url === '' ? loginPath : response.url, client.baseUrl);
  return response.ok && !isLogin(url, client.baseUrl, loginPath);
}

/** Errors of the service are its own; everything else says that user or password were not taken. */
function refused(response: Response, client: HttpLoginClient): ResilienceError {
  const verdict = verdictOf(response, client.clock.now());
  if (verdict?.category === 'network') return statusError(client.baseUrl, response, verdict);
  return new ResilienceError('The service did not take the login.', {
    code: 'ERR_LOGIN_FAILED',
    hint: 'Check user and password in a browser before the account is locked.',
    verdict: {
      category: 'auth-expired',
      scope: 'auth',
      safeToReplay: 'no',
      evidence: 'status',
      code: 'ERR_LOGIN_FAILED',
    },
  });
}

function isLogin(url: URL, baseUrl: URL, loginPath: string): boolean {
  const login = new URL(loginPath, baseUrl);
  return url.origin === login.origin && url.pathname === login.pathname;
}

function loggedInAt(credentials: JsonValue | undefined): number | undefined {
  if (typeof credentials !== 'object' || credentials === null || !('loggedInAt' in credentials)) {
    return undefined;
  }
  const at = credentials['loggedInAt'];
  return typeof at === 'number' ? at : undefined;
}
