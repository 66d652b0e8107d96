import { ResilienceError } from '../../errors.ts';
import type { JsonValue } from '../../state/state-store.ts';

/** What a token endpoint gave. JSON, replaced as a whole: access and refresh token never come from two answers. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** Wall time in ms since the epoch, counted from when the token was asked for; null when it was not told. */
  readonly expiresAt: number | null;
}

/** The tokens among the credentials of a client. */
export function tokensOf(credentials: JsonValue | undefined): TokenSet | undefined {
  if (typeof credentials !== 'object' || credentials === null || Array.isArray(credentials)) return undefined;
  const { accessToken, refreshToken, expiresAt } = credentials as Readonly<Record<string, JsonValue>>;
  if (typeof accessToken !== 'string') return undefined;
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
    expiresAt: typeof expiresAt === 'number' ? expiresAt : null,
  };
}

/**
 * Reads the answer of a token endpoint (RFC 6749, 5.1). A server that sends no new refresh token leaves the old one
 * valid (6).
 * @param askedAt wall time in ms when the request was sent.
 * @throws ResilienceError `ERR_OAUTH_ANSWER` when it is none.
 */
export function readTokens(body: unknown, askedAt: number, oldRefreshToken: string | null): TokenSet {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const accessToken = answer['access_token'];
  const type = answer['token_type'];
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken)) {
    throw answerError('has no access_token');
  }
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
    throw answerError(
      `has a token of type ${JSON.stringify(type.slice(0, 20))}, which is not a bearer token`,
    );
  }
  const refreshToken = answer['refresh_token'];
  const seconds = Number(answer['expires_in'] ?? Number.NaN);
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : oldRefreshToken,
    expiresAt: Number.isFinite(seconds) && seconds > 0 ? askedAt + seconds * 1_000 : null,
  };
}

/** The answer of a token endpoint that cannot be used. */
export function answerError(problem: string): ResilienceError {
  return new ResilienceError(`The answer of the token endpoint ${problem}.`, {
    code: 'ERR_OAUTH_ANSWER',
    hint: 'Check tokenUrl; it has to be the token endpoint of RFC 6749 and to answer with JSON.',
    verdict: {
      category: 'permanent',
      scope: 'auth',
      safeToReplay: 'no',
      evidence: 'class',
      code: 'ERR_OAUTH_ANSWER',
    },
  });
}
