import { ResilienceError } from '../../errors.ts';
import type { AdapterContext, AuthState } from '../../session/adapter.ts';
import { AuthExpiredError } from '../../session/auth-expired-error.ts';
import { NeedsHumanError } from '../../session/needs-human-error.ts';
import type { HttpAuth, HttpLoginClient } from './http-auth.ts';
import type { OAuthGrant, OAuthOptions } from './oauth-options.ts';
import { statusError, verdictOf } from './status-error.ts';
import { requestTokens } from './token-request.ts';
import type { GrantFields } from './token-request.ts';
import { tokensOf } from './token-set.ts';
import type { TokenSet } from './token-set.ts';

/**
 * Bearer tokens by OAuth 2.0 (RFC 6749, RFC 6750), told to the origin of `baseUrl` alone.
 * - The session refreshes ahead of the expiry that the endpoint told. A refresh that fails for want of a network
 *   leaves the old token in place, which serves as long as it is valid.
 * - A refresh token that is not valid any more is forgotten, and the refresh fails with AuthExpiredError: log in.
 * - A login uses the refresh token while there is one, and the grant otherwise.
 */
export function oauth(options: OAuthOptions): HttpAuth {
  return {
    check: (client, context) => check(options, client, context),
    login: (client, context) => login(options, client, context),
    refresh: (client, context) => refresh(options, client, context),
    authorization: (credentials) => {
      const tokens = tokensOf(credentials);
      return tokens === undefined ? undefined : `Bearer ${tokens.accessToken}`;
    },
  };
}

async function check(
  options: OAuthOptions,
  client: HttpLoginClient,
  { signal }: AdapterContext,
): Promise<AuthState> {
  const tokens = tokensOf(client.credentials);
  if (tokens === undefined || client.refused || hasExpired(tokens, client)) return 'expired';
  if (options.checkPath !== undefined) {
    const response = await client.exchange(options.checkPath, { signal });
    await response.body?.cancel();
    const verdict = verdictOf(response, client.clock.now());
    if (verdict?.category === 'auth-expired') return 'expired';
    if (verdict !== null) throw statusError(new URL(options.checkPath, client.baseUrl), response, verdict);
  }
  return tokens.expiresAt === null ? 'ok' : { expiresAt: tokens.expiresAt };
}

async function login(
  options: OAuthOptions,
  client: HttpLoginClient,
  { signal }: AdapterContext,
): Promise<void> {
  const kept = tokensOf(client.credentials)?.refreshToken ?? undefined;
  if (kept !== undefined) {
    try {
      return await useRefreshToken(options, client, kept, signal);
    } catch (error) {
      if (!isInvalidGrant(error)) throw error;
      // Not valid any more, so the grant has to do it.
    }
  }
  if (options.grant === 'refresh_token' && options.refreshToken === kept) throw askPerson(options, client);
  try {
    client.credentials = { ...(await requestTokens(options, client, fieldsOf(options), signal)) };
  } catch (error) {
    if (options.grant === 'refresh_token' && isInvalidGrant(error)) throw askPerson(options, client);
    throw error;
  }
}

async function refresh(
  options: OAuthOptions,
  client: HttpLoginClient,
  { signal }: AdapterContext,
): Promise<void> {
  const kept = tokensOf(client.credentials)?.refreshToken ?? undefined;
  try {
    if (kept !== undefined) return await useRefreshToken(options, client, kept, signal);
  } catch (error) {
    if (!isInvalidGrant(error)) throw error;
    throw new AuthExpiredError('The refresh token is not valid any more.', { cause: error });
  }
  // A client that speaks for itself gets no refresh token (RFC 6749, 4.4.3). A password is for logins, which are
  // counted, so that no account is locked.
  if (options.grant !== 'client_credentials') throw new AuthExpiredError('There is no refresh token.');
  client.credentials = { ...(await requestTokens(options, client, fieldsOf(options), signal)) };
}

/** Old and new tokens change places in one step; a refresh token that was refused is not tried again. */
async function useRefreshToken(
  options: OAuthOptions,
  client: HttpLoginClient,
  refreshToken: string,
  signal: AbortSignal,
): Promise<void> {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  try {
    client.credentials = { ...(await requestTokens(options, client, grant, signal)) };
  } catch (error) {
    const tokens = tokensOf(client.credentials);
    if (isInvalidGrant(error) && tokens?.refreshToken === refreshToken) {
      client.credentials = { ...tokens, refreshToken: null };
    }
    throw error;
  }
}

function fieldsOf(options: OAuthGrant): GrantFields {
  switch (options.grant) {
    case 'client_credentials':
      return { grant_type: 'client_credentials' };
    case 'password':
      return { grant_type: 'password', username: options.username, password: options.password };
    case 'refresh_token':
      return { grant_type: 'refresh_token', refresh_token: options.refreshToken };
  }
}

function hasExpired({ expiresAt }: TokenSet, client: HttpLoginClient): boolean {
  return expiresAt !== null && expiresAt <= client.clock.now();
}

function isInvalidGrant(error: unknown): error is ResilienceError {
  return (
    error instanceof ResilienceError &&
    error.code === 'ERR_OAUTH_REFUSED' &&
    error.verdict?.code === 'invalid_grant'
  );
}

function askPerson(options: OAuthOptions, client: HttpLoginClient): NeedsHumanError {
  return new NeedsHumanError({
    kind: 'authorization',
    message:
      'The permission that was granted is not valid any more. Grant it again and store the new refresh token.',
    url: new URL(options.tokenUrl, client.baseUrl).origin,
  });
}
