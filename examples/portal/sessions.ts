import { randomBytes } from 'node:crypto';

/** Somebody who is logged in. */
export interface Session {
  /** Short name for the ledger. */
  readonly name: string;
  readonly user: string;
  readonly csrf: string;
  /** Wall time in ms since the epoch. */
  readonly expiresAt: number;
}

/** What a cookie or a bearer token stands for. */
export type Found = { readonly session: Session } | { readonly expired: Session } | undefined;

/** A secret that nobody guesses. */
export function secret(): string {
  return randomBytes(18).toString('base64url');
}

/** Who is logged in, by the secret that they hold. */
export class Sessions {
  readonly #bySecret = new Map<string, Session>();
  readonly #prefix: string;
  readonly #ttlMs: number;
  readonly #now: () => number;
  #count = 0;

  constructor(prefix: string, ttlMs: number, now: () => number) {
    this.#prefix = prefix;
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  /** Begins a session and returns it with its secret. */
  begin(user: string): { readonly secret: string; readonly session: Session } {
    const session: Session = {
      name: `${this.#prefix}${++this.#count}`,
      user,
      csrf: secret(),
      expiresAt: this.#now() + this.#ttlMs,
    };
    const held = secret();
    this.#bySecret.set(held, session);
    return { secret: held, session };
  }

  /** Looks a secret up; an expired session is told once and then forgotten. */
  find(held: string | undefined): Found {
    const session = held === undefined ? undefined : this.#bySecret.get(held);
    if (!session || held === undefined) return undefined;
    if (this.#now() < session.expiresAt) return { session };
    this.#bySecret.delete(held);
    return { expired: session };
  }

  /** The name of whoever holds the secret, without a look at the time. */
  nameOf(held: string | undefined): string | undefined {
    return held === undefined ? undefined : this.#bySecret.get(held)?.name;
  }

  end(held: string): void {
    this.#bySecret.delete(held);
  }

  /** Ends all of them; returns how many there were. */
  drop(): number {
    const dropped = this.#bySecret.size;
    this.#bySecret.clear();
    return dropped;
  }
}
