import { secret, Sessions } from './sessions.ts';
import type { Found } from './sessions.ts';

/** What POST /oauth/token answers. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token: string;
}

interface Refresh {
  readonly user: string;
  /** Tokens that grew out of one login. */
  readonly family: number;
  used: boolean;
}

/**
 * Access tokens that expire and refresh tokens that rotate: each is good once. One that is used twice was stolen or
 * lost, so everything that grew out of the same login ends (RFC 9700, 4.14.2).
 */
export class Tokens {
  readonly access: Sessions;
  readonly #ttlMs: number;
  readonly #refresh = new Map<string, Refresh>();
  readonly #accessOf = new Map<number, string[]>();
  #families = 0;

  constructor(ttlMs: number, now: () => number) {
    this.#ttlMs = ttlMs;
    this.access = new Sessions('t', ttlMs, now);
  }

  /** Tokens for somebody who gave the password. */
  begin(user: string): TokenAnswer {
    return this.#issue(user, ++this.#families);
  }

  /** New tokens for a refresh token; undefined when it is unknown, or used before. */
  refresh(token: string): TokenAnswer | undefined {
    const refresh = this.#refresh.get(token);
    if (!refresh) return undefined;
    if (refresh.used) return this.#revoke(refresh.family);
    refresh.used = true;
    return this.#issue(refresh.user, refresh.family);
  }

  find(token: string | undefined): Found {
    return this.access.find(token);
  }

  /** Ends every token, refresh tokens only if told so. */
  drop(isRefreshToo: boolean): number {
    if (isRefreshToo) this.#refresh.clear();
    return this.access.drop();
  }

  #issue(user: string, family: number): TokenAnswer {
    const access = this.access.begin(user).secret;
    const refresh = secret();
    this.#refresh.set(refresh, { user, family, used: false });
    this.#accessOf.set(family, [...(this.#accessOf.get(family) ?? []), access]);
    return {
      access_token: access,
      token_type: 'Bearer',
      expires_in: this.#ttlMs / 1000,
      refresh_token: refresh,
    };
  }

  #revoke(family: number): undefined {
    for (const access of this.#accessOf.get(family) ?? []) this.access.end(access);
    for (const [token, refresh] of this.#refresh) if (refresh.family === family) this.#refresh.delete(token);
    return undefined;
  }
}
