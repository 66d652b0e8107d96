/** What becomes of results that nobody takes. */
export interface CoalescerOptions {
  /** An execution came to its value after all its callers had gone. Must not throw. */
  readonly onUnclaimed?: (value: unknown) => void;
}

/**
 * Lets calls for the same thing at the same time share one execution. A key is taken from the start of its execution
 * until that settles, or until its last caller has gone; nothing is kept afterwards. An execution must not wait for its
 * own key.
 */
export class Coalescer {
  readonly #flights = new Map<unknown, Flight<unknown>>();
  readonly #onUnclaimed: CoalescerOptions['onUnclaimed'];

  constructor(options: CoalescerOptions = {}) {
    this.#onUnclaimed = options.onUnclaimed;
  }

  /** Executions under way. */
  get size(): number {
    return this.#flights.size;
  }

  /** Whether a call with this key would join an execution. */
  has(key: unknown): boolean {
    return this.#flights.has(key);
  }

  /**
   * Joins the execution under way for this key, or starts one. All callers get the same value or the same error, by
   * identity. The signal given to `start` aborts with the last caller's reason when all callers have gone.
   * @throws `signal.reason`, by identity and at once, when this caller aborts; the other callers do not notice.
   */
  async run<T>(key: unknown, start: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const known = this.#flights.get(key) as Flight<T> | undefined;
    if (known !== undefined) return await known.join(signal);
    const flight = new Flight<T>(() => this.#free(key, flight), this.#onUnclaimed);
    this.#flights.set(key, flight as unknown as Flight<unknown>);
    // Before the start, which may fail on the spot.
    const result = flight.join(signal);
    flight.start(start);
    return await result;
  }

  #free(key: unknown, flight: object): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

const NOTHING = (): void => {};

/** One of those who wait for an execution. */
interface Caller<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  leave(): void;
}

/** One execution and who waits for it. Over when it settled or the last caller has gone. */
class Flight<T> {
  readonly #controller = new AbortController();
  readonly #callers = new Set<Caller<T>>();
  readonly #onOver: () => void;
  readonly #onUnclaimed: CoalescerOptions['onUnclaimed'];

  constructor(onOver: () => void, onUnclaimed: CoalescerOptions['onUnclaimed']) {
    this.#onOver = onOver;
    this.#onUnclaimed = onUnclaimed;
  }

  start(start: (signal: AbortSignal) => Promise<T>): void {
    void this.#execute(start);
  }

  join(signal: AbortSignal | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (signal === undefined) {
      this.#callers.add({ resolve, reject, leave: NOTHING });
      return promise;
    }
    const onAbort = (): void => {
      caller.leave();
      this.#callers.delete(caller);
      reject(signal.reason);
      if (this.#callers.size > 0) return;
      this.#onOver();
      this.#controller.abort(signal.reason);
    };
    const leave = (): void => signal.removeEventListener('abort', onAbort);
    const caller: Caller<T> = { resolve, reject, leave };
    this.#callers.add(caller);
    signal.addEventListener('abort', onAbort);
    return promise;
  }

  async #execute(start: (signal: AbortSignal) => Promise<T>): Promise<void> {
    try {
      const value = await start(this.#controller.signal);
      if (this.#callers.size === 0) this.#onUnclaimed?.(value);
      this.#settle((caller) => caller.resolve(value));
    } catch (error) {
      this.#settle((caller) => caller.reject(error));
    }
  }

  #settle(tell: (caller: Caller<T>) => void): void {
    this.#onOver();
    for (const caller of this.#callers) {
      caller.leave();
      tell(caller);
    }
  }
}
