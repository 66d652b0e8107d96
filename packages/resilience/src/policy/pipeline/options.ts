import type { Category, Verdict } from '../../classify/verdict.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import type { MachineSignals } from '../../events/machine-signals.ts';
import type { Backoff } from '../backoff/backoff.ts';
import type { Breaker } from '../breaker/breaker.ts';
import type { RetryBudget } from '../budget/retry-budget.ts';
import type { OnEvent } from '../events.ts';
import type { ConcurrencyLimit } from '../limit/concurrency-limit.ts';
import type { RateLimiter } from '../limit/rate-limiter.ts';
import type { ChaosPolicy } from './chaos-policy.ts';
import type { Failure } from './failure.ts';
import type { Stop } from './stop.ts';

/** What to do after a failure of one category. */
export interface RetryRule {
  /** Retries within one run after failures of this category; `Infinity` leaves it to the deadline. */
  readonly attempts: number;
  /** Default `fullJitter('1s', '5m')`. */
  readonly backoff?: Backoff;
  /** Wait at least as long as the upstream asked for; default true. */
  readonly respectRetryAfter?: boolean;
  /** Only failures with one of these codes are retried; default all of the category. */
  readonly codes?: readonly string[];
  /** Runs after the wait and before the retry, such as a login. What it throws ends the run. */
  readonly before?: (verdict: Verdict) => Promise<void>;
}

/** A rule for each category that is retried. */
export type RetryRules = Partial<Readonly<Record<Category, RetryRule>>>;

/** Judges what an attempt threw. One that throws, or gives no verdict, is a warning, and `classify` judges instead. */
export type Classifier = (error: unknown, options: { readonly signal?: AbortSignal }) => Verdict;

/** A limit of the time without progress. */
export interface StallOptions {
  /** Time between two calls of `progress()` within one attempt. */
  readonly after: Duration;
  /** `enforce` (default) gives the attempt up; `warn` only tells, once for each stall; `off` does nothing. */
  readonly mode?: 'off' | 'warn' | 'enforce';
}

/** Further copies of an attempt that takes long; the first to succeed wins. */
export interface HedgeOptions {
  /**
   * Time without an answer before the copy of this number (1 for the first further one) starts, counted from the start
   * of the one before.
   */
  readonly after: Duration | ((copy: number) => Duration);
  /** Most further copies; default 1. */
  readonly copies?: number;
}

/** What a fallback may know besides the error. */
export interface FallbackContext {
  /** Of the policy. */
  readonly name: string;
  /** What was noted on the error. */
  readonly failure: Failure | undefined;
}

/** Gives a value instead of the error with which a run ended. What it throws is what the run throws. */
export type Fallback<F> = (error: unknown, context: FallbackContext) => F | Promise<F>;

/** What makes a policy, outermost first. Every part is optional. */
export interface PolicyOptions<F = never> {
  /** What to give when the run has failed; not asked when its caller aborted it. */
  readonly fallback?: Fallback<F>;
  /** Calls with the same `key` at the same time share one run. A run must not wait for its own key: it would never end. */
  readonly coalesce?: boolean;
  /** Limit of the whole run with all its attempts and waits. */
  readonly deadline?: Duration;
  /** Ends the run between attempts; asked after each failure that would be tried again. */
  readonly stop?: Stop;
  /**
   * Categories without a rule are not retried, nor is anything whose verdict says `safeToReplay: 'no'`.
   * `'default'` stands for `defaultRetry`.
   */
  readonly retry?: RetryRules | 'default';
  /** Pays for retries after network, dns, tls, timeout, local and unknown failures. */
  readonly budget?: RetryBudget;
  readonly breaker?: Breaker;
  /**
   * Bounds how many attempts run at once. A run within a run of the same limit needs a place of its own: where all places
   * are held by those who wait for one, only a deadline ends it.
   */
  readonly concurrency?: ConcurrencyLimit;
  /** Spreads the starts of attempts; `key` of the run parts it. */
  readonly rate?: RateLimiter;
  readonly hedge?: HedgeOptions;
  /** Limit of one attempt; with `hedge` of each copy. */
  readonly attemptTimeout?: Duration;
  /** Limit of the time between two calls of `progress()` within one attempt. */
  readonly stall?: Duration | StallOptions;
  /** Makes attempts fail on purpose, for tests. */
  readonly chaos?: ChaosPolicy;
  /** Called with a result that nobody takes: it came after its attempt was given up. A failure becomes a warning. */
  readonly dispose?: (value: unknown) => void | Promise<void>;
  /** Tells of the machine's sleep and network, so that neither counts as a failure. */
  readonly machine?: MachineSignals;
  readonly classify?: Classifier;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly onEvent?: OnEvent;
}
