import type { CallOptions, Lease } from './lease.ts';
import type { SessionState } from './session-state.ts';
import type { SessionStats } from './session-stats.ts';

/** How to wait for a lease. */
export interface LeaseOptions {
  /** Stops waiting; the promise rejects with `signal.reason` by identity. */
  readonly signal?: AbortSignal;
}

/** How `use` repeats. */
export interface UseOptions extends LeaseOptions, CallOptions {
  /**
   * Whether the function may run again on the next generation after a loss, an expired login or a call without an
   * answer; default true. What must not happen twice belongs into an `effect` of an operation.
   */
  readonly repeat?: boolean;
  /** Most runs of the function; default 10. */
  readonly attempts?: number;
}

/** One long-lived resource that is shared by any number of tasks, and replaced when it is lost. */
export interface SupervisedSession<V> extends AsyncDisposable {
  readonly name: string;
  readonly state: SessionState;
  readonly stats: SessionStats;
  /**
   * Waits until the session is ready, opening it if it is idle.
   * @throws SessionUnavailableError (`ERR_SESSION_OPEN_CIRCUIT`, `ERR_SESSION_CLOSED`), or `signal.reason`.
   */
  lease(options?: LeaseOptions): Promise<Lease<V>>;
  /** Runs `work` with a lease, again on the next generation when that one was lost, and gives the lease back. */
  use<T>(work: (lease: Lease<V>) => Promise<T>, options?: UseOptions): Promise<T>;
  /** Checks now; resolves when the session is ready again or cannot be. */
  check(why: string): Promise<void>;
  /** Replaces the resource with its state carried over, once the leases are back or `recycle.drain` has passed. */
  recycle(reason: string): Promise<void>;
  /** Goes on after `needs-human` or `open-circuit`, now. */
  resume(): void;
  /** Lends nothing any more, waits for the leases (`recycle.drain` at most), takes a snapshot and closes. */
  drain(): Promise<void>;
}
