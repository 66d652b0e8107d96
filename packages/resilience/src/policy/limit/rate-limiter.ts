/** A time at which one call may start. */
export interface Reservation {
  /**
   * Milliseconds from now until then; 0 for at once. Read it again after the wait, and wait again while it is above 0:
   * a pause puts off what has been reserved.
   */
  readonly waitMs: number;
  /** Gives it back, so that others do not wait for a call that is not made. A second call does nothing. */
  cancel(): void;
}

/** Spreads the starts of calls evenly in time. */
export interface RateLimiter {
  /** Calls per `perMs`, as given; `Infinity` where it is learnt. */
  readonly limit: number;
  readonly perMs: number;
  /**
   * The next free time, taken for the caller. `key` parts the limit (one per origin); absent is a key of its own.
   * @throws RateLimitedError (`ERR_RATE_LIMITED`, with `retryAfterMs`) when that is further off than `maxWait`.
   */
  reserve(key?: string): Reservation;
  /**
   * Nothing starts before `ms` from now, not even what is reserved: what a server's RateLimit headers or a throttle
   * said. Only ever extends.
   * @throws InvalidOptionError unless `ms` is a finite number >= 0.
   */
  pause(ms: number, key?: string): void;
  /** How an attempt ended, where the rate is learnt from it: whether the server said that there were too many. */
  learn?(throttled: boolean, key?: string): void;
}
