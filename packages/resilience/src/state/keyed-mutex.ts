/** Mutual exclusion by key inside one process, first come first served. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Waits for the key. The returned function frees it; calling it again does nothing.
   * @throws `signal.reason` by identity when the signal aborts while waiting.
   */
  async acquire(key: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = Promise.withResolvers<void>();
    const tail = before.then(() => mine.promise);
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    try {
      await unlessAborted(before, signal);
    } catch (error) {
      // Leaves the queue: whoever comes next waits for those before us only.
      mine.resolve();
      throw error;
    }
    return mine.resolve;
  }
}

/** Mutexes shared by all stores of this process, so that two stores on one file exclude each other too. */
export const processMutex: KeyedMutex = new KeyedMutex();

function unlessAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return turn;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  void turn.then(() => {
    signal.removeEventListener('abort', onAbort);
    resolve();
  });
  return promise;
}
