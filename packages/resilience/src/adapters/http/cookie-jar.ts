import { domainMatches, parseSetCookie, pathMatches } from './cookie.ts';
import type { Cookie } from './cookie.ts';

/** As many as a browser keeps of one domain; the oldest goes first. */
const MOST_PER_DOMAIN = 180;

/** Cookies of one login (RFC 6265). Each is sent to the hosts and paths that it was set for and to nobody else. */
export class CookieJar {
  readonly #now: () => number;
  readonly #cookies = new Map<string, Cookie>();

  /** @param now wall time in ms since the epoch. */
  constructor(now: () => number, cookies: readonly Cookie[] = []) {
    this.#now = now;
    for (const cookie of cookies) this.#cookies.set(keyOf(cookie), cookie);
  }

  /** Keeps what a response from `url` sets, and drops what it ends. */
  store(url: URL, response: Pick<Response, 'headers'>): void {
    for (const header of response.headers.getSetCookie()) {
      const cookie = parseSetCookie(header, url, this.#now());
      if (cookie !== undefined) this.#put(cookie);
    }
  }

  /** The Cookie header for a request to `url`, or undefined when there is nothing to send. */
  header(url: URL): string | undefined {
    const pairs = this.#for(url).map(({ name, value }) => `${name}=${value}`);
    return pairs.length === 0 ? undefined : pairs.join('; ');
  }

  /** The value that would be sent to `url` under this name. */
  get(name: string, url: URL): string | undefined {
    return this.#for(url).find((cookie) => cookie.name === name)?.value;
  }

  /** Everything that has not expired, as JSON. */
  all(): readonly Cookie[] {
    return [...this.#cookies.values()].filter((cookie) => this.#isFresh(cookie));
  }

  /** Forgets the cookies that have no expiry, as a browser does when it ends. */
  endSession(): void {
    for (const [key, cookie] of this.#cookies) if (cookie.expires === null) this.#cookies.delete(key);
  }

  /** Longer paths first, then older cookies (RFC 6265, 5.4). */
  #for(url: URL): readonly Cookie[] {
    return this.all()
      .filter((cookie) => isFor(cookie, url))
      .sort((a, b) => b.path.length - a.path.length || a.created - b.created);
  }

  #put(cookie: Cookie): void {
    const key = keyOf(cookie);
    const before = this.#cookies.get(key);
    this.#cookies.set(key, before === undefined ? cookie : { ...cookie, created: before.created });
    if (!this.#isFresh(cookie)) this.#cookies.delete(key);
    const neighbours = [...this.#cookies].filter(([, other]) => other.domain === cookie.domain);
    for (const [oldest] of neighbours.slice(0, -MOST_PER_DOMAIN)) this.#cookies.delete(oldest);
  }

  #isFresh(cookie: Cookie): boolean {
    return cookie.expires === null || cookie.expires > this.#now();
  }
}

function keyOf(cookie: Cookie): string {
  return [cookie.name, cookie.domain, cookie.path].join('\n');
}

function isFor(cookie: Cookie, url: URL): boolean {
  const isHost = cookie.hostOnly
    ? url.hostname === cookie.domain
    : domainMatches(url.hostname, cookie.domain);
  return isHost && pathMatches(url.pathname, cookie.path) && (!cookie.secure || url.protocol === 'https:');
}
