import type { Release } from './state-store.ts';

/** The locks a store has given out, so that `close` can free them. */
export class HeldLocks {
  readonly #held = new Set<Release>();

  /** Wraps what frees a lock so that it runs once. */
  add(free: () => Promise<void>): Release {
    const release: Release = async () => {
      if (!this.#held.delete(release)) return;
      await free();
    };
    this.#held.add(release);
    return release;
  }

  async releaseAll(): Promise<void> {
    for (const release of this.#held) await release();
  }
}
