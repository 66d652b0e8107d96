/** Somebody who waits for a lease. */
export interface Waiter<T> {
  /** Monotonic time since when. */
  readonly since: number;
  readonly deadlineMs: number;
  /** Of whoever waits. */
  readonly signal: AbortSignal | undefined;
  /** Whether the answer has come, or is no longer wanted. */
  readonly settled: boolean;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** First come, first served. Leaves no listener on the signals. */
export class Waiters<T> {
  readonly #queue: Waiter<T>[] = [];

  get size(): number {
    return this.#queue.length;
  }

  /** Joins the queue; the promise rejects with `signal.reason` by identity when the signal aborts. */
  join(options: { since: number; deadlineMs: number; signal: AbortSignal | undefined }): Promise<T> {
    const { since, deadlineMs, signal } = options;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let settled = false;
    const end = (): boolean => {
      if (settled) return false;
      settled = true;
      signal?.removeEventListener('abort', onAbort);
      return true;
    };
    const waiter: Waiter<T> = {
      since,
      deadlineMs,
      signal,
      get settled() {
        return settled;
      },
      resolve: (value) => void (end() && resolve(value)),
      reject: (error) => void (end() && reject(error)),
    };
    const onAbort = (): void => {
      this.#remove(waiter);
      waiter.reject(signal?.reason);
    };
    if (signal?.aborted === true) {
      waiter.reject(signal.reason);
      return promise;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#queue.push(waiter);
    return promise;
  }

  first(): Waiter<T> | undefined {
    return this.#queue[0];
  }

  shift(): Waiter<T> | undefined {
    return this.#queue.shift();
  }

  /** Puts somebody back to the front, unless he has gone. */
  putBack(waiter: Waiter<T>): void {
    if (!waiter.settled) this.#queue.unshift(waiter);
  }

  /** Turns everybody away. */
  rejectAll(error: () => unknown): void {
    for (const waiter of this.#queue.splice(0)) waiter.reject(error());
  }

  #remove(waiter: Waiter<T>): void {
    const at = this.#queue.indexOf(waiter);
    if (at >= 0) this.#queue.splice(at, 1);
  }
}
