import type { Verdict } from '../classify/verdict.ts';
import type { Duration } from '../clock/duration.ts';

/** How one call through a lease is made. */
export interface CallOptions {
  /** Limit of this call, since drivers have none; default the policy's `callDeadline`. */
  readonly deadline?: Duration;
}

/** Leave to use one generation of a session. Everything through it ends when that generation does. */
export interface Lease<V> extends AsyncDisposable {
  /**
   * What may be used until the lease ends.
   * @throws StaleLeaseError when it has ended.
   */
  readonly resource: V;
  readonly generation: number;
  /** Aborts with a SessionLostError when the generation, or this lease's view, is lost. */
  readonly signal: AbortSignal;
  /** Whether the lease has ended. */
  readonly stale: boolean;
  /**
   * Makes one call with a deadline. Rejects at once when the generation is lost, even when the driver hangs; a call
   * through a stale lease never reaches the driver.
   * @throws StaleLeaseError, SessionLostError, TimeoutError (`ERR_TIMEOUT_CALL`), or what `call` threw.
   */
  run<T>(call: (resource: V) => Promise<T>, options?: CallOptions): Promise<T>;
  /** Tells the session what happened, for calls that were not made through `run`. Returns how it was judged. */
  report(error: unknown): Verdict;
  /** Gives the lease back. Harmless when repeated. */
  release(): Promise<void>;
}
