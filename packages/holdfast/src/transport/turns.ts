/** Lets one exchange at a time use an origin, in the order of asking: one socket per origin. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Waits for the turn; the caller ends it by calling what it gets.
   * @throws `signal.reason` when it aborts before the turn comes; the turn then passes to the next.
   */
  async take(origin: string, signal: AbortSignal): Promise<() => void> {
    const before = this.#last.get(origin);
    const mine = Promise.withResolvers<void>();
    const done = (before ?? Promise.resolve()).then(() => mine.promise);
    this.#last.set(origin, done);
    const release = (): void => {
      mine.resolve();
      if (this.#last.get(origin) === done) this.#last.delete(origin);
    };
    try {
      if (before !== undefined) await orAborted(before, signal);
    } catch (error) {
      mine.resolve();
      throw error;
    }
    return release;
  }
}

async function orAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([wait, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
