/** What a state store keeps: anything that JSON can say. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Frees a lock. Calling it again does nothing. */
export type Release = () => Promise<void>;

/** How to wait for a lock. */
export interface LockOptions {
  /** Stops waiting; the promise rejects with `signal.reason` by identity. */
  readonly signal?: AbortSignal;
}

/** Small durable state by key: breaker states, gates. Not for records. */
export interface StateStore {
  get(key: string): Promise<JsonValue | undefined>;
  /**
   * Replaces the value of `key` by `change(current)`, atomically; durable when it resolves.
   * Returning `undefined` removes the key; returning the very value it was given writes nothing.
   * `change` must be synchronous and pure: it may run more than once. What it throws is thrown on.
   */
  update(
    key: string,
    change: (current: JsonValue | undefined) => JsonValue | undefined,
  ): Promise<JsonValue | undefined>;
  /** Mutual exclusion by key, first come first served inside a process. Not re-entrant. */
  lock(key: string, options?: LockOptions): Promise<Release>;
  /** Frees the locks that are held and what the store has open. */
  close(): Promise<void>;
}
