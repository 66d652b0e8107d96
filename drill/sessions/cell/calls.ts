import type { Lease } from '@holdfast/resilience/session';
import type { DrivenSession, Page } from '../drivers/driver.ts';

/** Limit of every call that the drill makes, ms. */
export const DEADLINE_MS = 4_000;

/** Makes calls through leases and remembers how far beyond its deadline the slowest one went. */
export class Calls {
  readonly #driven: DrivenSession;
  #overdueMs = 0;

  constructor(driven: DrivenSession) {
    this.#driven = driven;
  }

  /** 0 when every call ended in time. */
  get overdueMs(): number {
    return Math.round(this.#overdueMs);
  }

  /** One call with the drill's deadline. */
  async make<T>(lease: Lease<unknown>, call: (page: Page) => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await lease.run((view) => call(this.#driven.page(view)), { deadline: DEADLINE_MS });
    } finally {
      this.#overdueMs = Math.max(this.#overdueMs, performance.now() - began - DEADLINE_MS);
    }
  }
}
