/** A pending timer. */
export interface Timer {
  /** Prevents the callback; harmless when it has already run. */
  cancel(): void;
}

/** How a timer bears on the process. */
export interface TimerOptions {
  /** Do not keep the process alive for this timer alone. */
  readonly unref?: boolean;
}

/** How a sleep ends early. */
export interface SleepOptions extends TimerOptions {
  readonly signal?: AbortSignal;
}

/** The only source of time. Everything else in this package takes one, so that tests decide what time it is. */
export interface Clock {
  /** Wall time in ms since the epoch. May step in either direction; never use it to measure a wait. */
  now(): number;
  /**
   * Milliseconds from an arbitrary origin; never steps, never runs backwards. The system's stands still while the
   * machine sleeps on Linux, and goes on on macOS and Windows.
   */
  monotonic(): number;
  /**
   * Milliseconds since the machine was started, and counts the time during which it slept: what to compare an expiry
   * (of a token, a cookie) with. The system's is `os.uptime()`: in steps of 10 ms on Linux and 16 ms on Windows; of
   * 1 s on macOS, where it is wall time minus the time of the start.
   */
  boot(): number;
  /**
   * Resolves after at least `ms` milliseconds, however many (no limit at 2^31-1).
   * @throws `signal.reason`, by identity and at once, when the signal aborts.
   */
  sleep(ms: number, options?: SleepOptions): Promise<void>;
  /**
   * Calls back once after at least `ms` milliseconds of monotonic time, never synchronously and never early. After
   * a sleep that monotonic time counted, and after SIGSTOP, what fell due fires at once, before sockets are read: a
   * limit that this must not pass is an `awakeTimer`.
   */
  timer(ms: number, callback: () => void, options?: TimerOptions): Timer;
}
