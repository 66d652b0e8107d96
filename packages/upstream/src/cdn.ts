import { daySeconds } from './days.ts';
import type { Reply } from './exchange.ts';
import type { CacheClass } from './page.ts';

interface Kept {
  readonly reply: Reply;
  readonly rows: readonly number[];
  readonly stored: number;
  readonly until: number;
  readonly list: boolean;
}

/** The cache in front of arXiv, by URL. Errors stay until midnight UTC and no announcement purges them. Times are milliseconds. */
export class Cdn {
  readonly #kept = new Map<string, Kept>();

  find(url: string, now: number): { reply: Reply; rows: readonly number[] } | undefined {
    const kept = this.#kept.get(url);
    if (kept === undefined || now >= kept.until) return undefined;
    const headers = {
      ...kept.reply.headers,
      age: String(Math.floor((now - kept.stored) / 1000)),
      'x-cache': 'HIT',
    };
    return { reply: { ...kept.reply, headers }, rows: kept.rows };
  }

  keep(url: string, what: CacheClass, reply: Reply, rows: readonly number[], now: number): void {
    const until = expiry(what, now);
    if (until > now)
      this.#kept.set(url, { reply, rows, stored: now, until, list: what === 'open' || what === 'closed' });
  }

  /** What an announcement does: lists go, errors stay. */
  purge(): void {
    for (const [url, kept] of this.#kept) if (kept.list) this.#kept.delete(url);
  }
}

function expiry(what: CacheClass, now: number): number {
  const hour = 3_600_000;
  switch (what) {
    case 'open':
      return now + hour;
    case 'closed':
      return now + 96 * hour;
    case 'error':
      return (Math.floor(now / (daySeconds * 1000)) + 1) * daySeconds * 1000;
    case 'record':
      return now + 800_000_000;
    case 'static':
      return now + 365 * 24 * hour;
    case 'none':
      return now;
  }
}
