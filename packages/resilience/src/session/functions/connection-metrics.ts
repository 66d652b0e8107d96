import type { Category } from '../../classify/verdict.ts';

/** So many delays are kept. */
const DELAYS_KEPT = 100;

/** What calls went through, counted when they end; of one call or of many. Times are awake time in ms. */
export interface ConnectionMetrics {
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly attempts: number;
  /** After which a call tried again. */
  readonly recoveries: number;
  /** Recoveries that a call had in common with another one, which counts them. */
  readonly sharedRecoveries: number;
  readonly failedRecoveries: number;
  /** Attempts that failed. */
  readonly failures: number;
  readonly failuresBy: Partial<Readonly<Record<Category, number>>>;
  readonly waits: number;
  readonly waitedMs: number;
  /** The last 100 waits as they were, oldest first. */
  readonly delaysMs: readonly number[];
  readonly durationMs: number;
  /** What failed attempts, waits and recoveries took. */
  readonly lostMs: number;
}

/** Adds calls up. */
export interface MetricsCollector {
  readonly metrics: ConnectionMetrics;
  add(calls: ConnectionMetrics): void;
}

/** Metrics in which nothing has happened. */
export const NO_CALLS: ConnectionMetrics = {
  calls: 0,
  succeeded: 0,
  failed: 0,
  attempts: 0,
  recoveries: 0,
  sharedRecoveries: 0,
  failedRecoveries: 0,
  failures: 0,
  failuresBy: {},
  waits: 0,
  waitedMs: 0,
  delaysMs: [],
  durationMs: 0,
  lostMs: 0,
};

/** A collector for `metrics` of any number of functions. */
export function connectionMetrics(): MetricsCollector {
  let sum = NO_CALLS;
  return {
    get metrics() {
      return sum;
    },
    add: (calls) => {
      sum = sumOf(sum, calls);
    },
  };
}

function sumOf(a: ConnectionMetrics, b: ConnectionMetrics): ConnectionMetrics {
  const failuresBy: Partial<Record<Category, number>> = { ...a.failuresBy };
  for (const [category, count] of Object.entries(b.failuresBy) as [Category, number][]) {
    failuresBy[category] = (failuresBy[category] ?? 0) + count;
  }
  return {
    calls: a.calls + b.calls,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    attempts: a.attempts + b.attempts,
    recoveries: a.recoveries + b.recoveries,
    sharedRecoveries: a.sharedRecoveries + b.sharedRecoveries,
    failedRecoveries: a.failedRecoveries + b.failedRecoveries,
    failures: a.failures + b.failures,
    failuresBy,
    waits: a.waits + b.waits,
    waitedMs: a.waitedMs + b.waitedMs,
    delaysMs: [...a.delaysMs, ...b.delaysMs].slice(-DELAYS_KEPT),
    durationMs: a.durationMs + b.durationMs,
    lostMs: a.lostMs + b.lostMs,
  };
}
