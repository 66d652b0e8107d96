import type { Category } from '../../classify/verdict.ts';
import type { Outcome } from '../breaker/breaker-state.ts';

/** A place among the calls that run at once. */
export interface Slot {
  /**
   * Gives the place back: when the work has really ended, so an attempt that was abandoned keeps its place until it
   * settles. `outcome`, `durationMs` (lived time in ms) and the `category` of what was thrown are what an adaptive
   * limit learns from: a throttle (`rate-limit`) is no evidence against the service, hence `none`, and still says that
   * there were too many calls. A second release is void.
   */
  release(outcome: Outcome, durationMs: number, category?: Category): void;
  /** Notes that nobody waits for the work in this place any more, while it still runs; shown by `snapshot`. */
  abandon(): void;
}

/** How full a limit is. */
export interface LimitSnapshot {
  /** Most calls at once, now. */
  readonly limit: number;
  readonly running: number;
  readonly queued: number;
  /** Of those that run: abandoned by their callers. */
  readonly abandoned: number;
}

/** Bounds how many calls run at once: `bulkhead` (a fixed number) or `adaptive` (learnt from latencies). */
export interface ConcurrencyLimit {
  readonly kind: 'bulkhead' | 'adaptive';
  /** As given; in its errors. */
  readonly name?: string;
  /**
   * A place, at once when one is free, else as soon as those who asked before have got theirs.
   * @throws BulkheadFullError (`ERR_BULKHEAD_FULL`) at once when the queue is full; `signal.reason` by identity and at
   * once when the signal is or becomes aborted, which leaves the queue. What is thrown at once is thrown, not rejected.
   */
  acquire(signal?: AbortSignal): Slot | Promise<Slot>;
  snapshot(): LimitSnapshot;
}
