/** A time at which one call may start. */
export interface Reservation {
  /** Milliseconds from now until then; 0 for at once. */
  readonly waitMs: number;
  /** Gives it back, so that others do not wait for a call that is not made. */
  cancel(): void;
}

/** Spreads the starts of calls evenly in time. */
export interface RateLimiter {
  /** Calls per `perMs`, as given. */
  readonly limit: number;
  readonly perMs: number;
  /**
   * The next free time, taken for the caller. `key` parts the limit (one per origin); absent is a key of its own.
   * @throws RateLimitedError (`ERR_RATE_LIMITED`, with `retryAfterMs`) when that is further off than `maxWait`.
   */
  reserve(key?: string): Reservation;
  /** Nothing starts before `ms` from now: what a server's RateLimit headers or a throttle said. Only ever extends. */
  pause(ms: number, key?: string): void;
}
