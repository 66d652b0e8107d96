import type { Category } from '../../classify/verdict.ts';

/** Pays for retries, so that many callers cannot multiply the load on something that fails. */
export interface RetryBudget {
  readonly kind: 'token-bucket' | 'grpc' | 'aws';
  /** What an empty budget means: `stop` gives up, `wait` waits `waitMs` and asks again. */
  readonly whenEmpty: 'stop' | 'wait';
  /** Pays for one retry after a failure of this category; false when it cannot. A promise only where state is kept. */
  take(category: Category): boolean | Promise<boolean>;
  /** Milliseconds until it is worth asking again; 0 when `take` would pay now, `Infinity` when time alone fills nothing. */
  waitMs(category: Category): number;
  /**
   * How an attempt ended. `category`: of the failure, or, for a success, of the failure after which this budget paid for
   * the attempt; absent when it paid nothing. Absent on budgets that are filled by time alone.
   */
  record?(outcome: 'success' | 'failure', category: Category | undefined): void;
}
