import type { Reply } from './exchange.ts';

/** What is needed to serve a page again. */
export interface CachedPage {
  readonly reply: Reply;
  readonly rows: readonly number[];
  readonly scopes: readonly string[];
}

/** Finished pages for benches, the oldest dropped above a limit of bytes. */
export class PageCache {
  readonly #pages = new Map<string, CachedPage>();
  readonly #limit: number;
  #bytes = 0;

  constructor(limitBytes = 512 * 1024 * 1024) {
    this.#limit = limitBytes;
  }

  find(key: string): CachedPage | undefined {
    return this.#pages.get(key);
  }

  keep(key: string, page: CachedPage): void {
    this.#pages.set(key, page);
    this.#bytes += page.reply.body.length;
    for (const [oldest, dropped] of this.#pages) {
      if (this.#bytes <= this.#limit) return;
      this.#pages.delete(oldest);
      this.#bytes -= dropped.reply.body.length;
    }
  }
}
