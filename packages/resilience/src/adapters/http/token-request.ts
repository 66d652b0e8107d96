import type { Verdict } from '../../classify/verdict.ts';
import { ResilienceError } from '../../errors.ts';
import type { HttpLoginClient } from './http-auth.ts';
import type { OAuthEndpoint } from './oauth-options.ts';
import { rateLimitError, statusError, verdictOf } from './status-error.ts';
import { answerError, readTokens } from './token-set.ts';
import type { TokenSet } from './token-set.ts';

/** The fields of a grant, such as `grant_type` and `refresh_token`. */
export type GrantFields = Readonly<Record<string, string>>;

/**
 * Asks the token endpoint once (RFC 6749, 3.2), without cookies and without following redirects.
 * @throws ResilienceError `ERR_OAUTH_REFUSED` (`error.verdict.code` is the endpoint's own, such as `invalid_grant`),
 * `ERR_OAUTH_ANSWER`, `ERR_HTTP_RATE_LIMITED`, `ERR_HTTP_STATUS`; or what fetch throws.
 */
export async function requestTokens(
  endpoint: OAuthEndpoint,
  client: HttpLoginClient,
  grant: GrantFields,
  signal: AbortSignal,
): Promise<TokenSet> {
  const url = new URL(endpoint.tokenUrl, client.baseUrl);
  const askedAt = client.clock.now();
  const response = await client.fetch(url, { ...tokenRequest(endpoint, grant), signal });
  const text = await response.text();
  if (!response.ok) throw refusal(url, response, text, client.clock.now());
  return readTokens(jsonOf(text), askedAt, grant['refresh_token'] ?? null);
}

function tokenRequest(endpoint: OAuthEndpoint, grant: GrantFields): RequestInit {
  const { clientId, clientSecret, scope } = endpoint;
  const body = new URLSearchParams(grant);
  // A refresh keeps the scope that was granted (6).
  if (scope !== undefined && grant['grant_type'] !== 'refresh_token') body.set('scope', scope);
  const headers = new Headers({ accept: 'application/json' });
  if (clientSecret !== undefined && endpoint.clientAuth !== 'body') {
    // Both parts are form-encoded first (2.3.1).
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  } else {
    body.set('client_id', clientId);
    if (clientSecret !== undefined) body.set('client_secret', clientSecret);
  }
  return { method: 'POST', headers, body, redirect: 'manual' };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}

/** 5.2: the endpoint's own error comes before its status, which is 400 for nearly everything. */
function refusal(url: URL, response: Response, text: string, now: number): ResilienceError {
  const verdict = verdictOf(response, now);
  if (verdict?.category === 'rate-limit') return rateLimitError(url, response, verdict);
  if (verdict?.category === 'network') return statusError(url, response, verdict);
  const answer = jsonOf(text);
  const error =
    typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : undefined;
  if (error === undefined) return answerError(`has the status ${response.status} and no error of OAuth`);
  return refusedError(error.slice(0, 60));
}

/** The endpoint does not take this grant; `error` is its own code. */
function refusedError(error: string): ResilienceError {
  const isTheirs = error === 'temporarily_unavailable' || error === 'server_error';
  const verdict: Verdict = isTheirs
    ? { category: 'network', scope: 'call', safeToReplay: 'yes', evidence: 'code', code: error }
    : { category: 'auth-expired', scope: 'auth', safeToReplay: 'no', evidence: 'code', code: error };
  return new ResilienceError(`The token endpoint refused: ${JSON.stringify(error)}.`, {
    code: 'ERR_OAUTH_REFUSED',
    hint: 'Check client, user and scope; invalid_grant means that password or refresh token are not valid any more.',
    verdict,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says what it needed.
    return undefined;
  }
}
