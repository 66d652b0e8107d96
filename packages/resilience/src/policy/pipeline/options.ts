import { classify as classifyError } from '../../classify/classify.ts';
import { CATEGORIES } from '../../classify/verdict.ts';
import type { Category, Verdict } from '../../classify/verdict.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { Backoff } from '../backoff/backoff.ts';
import type { Breaker } from '../breaker/breaker.ts';
import type { OnEvent } from '../events.ts';
import type { TokenBucket } from '../budget/token-bucket.ts';

/** What to do after a failure of one category. */
export interface RetryRule {
  /** Retries within one run after failures of this category; `Infinity` leaves it to the deadline. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Wait at least as long as the upstream asked for; default true. */
  readonly respectRetryAfter?: boolean;
  /** Runs after the wait and before the retry, such as a login. What it throws ends the run. */
  readonly before?: (verdict: Verdict) => Promise<void>;
}

/** Judges what an attempt threw. Must not throw. */
export type Classifier = (error: unknown, options: { readonly signal?: AbortSignal }) => Verdict;

/** What makes a policy. Every part is optional. */
export interface PolicyOptions {
  /** Limit of the whole run with all its attempts and waits. */
  readonly deadline?: Duration;
  /** Limit of one attempt. */
  readonly attemptTimeout?: Duration;
  /** Limit of the time between two calls of `progress()` within one attempt. */
  readonly stall?: Duration;
  readonly classify?: Classifier;
  /** Categories without a rule are not retried, nor is anything whose verdict says `safeToReplay: 'no'`. */
  readonly retry?: Partial<Record<Category, RetryRule>>;
  /** Pays for retries after network, dns, tls, timeout and unknown failures. */
  readonly budget?: TokenBucket;
  readonly breaker?: Breaker;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly onEvent?: OnEvent;
}

/** Options, checked once and with defaults. */
export interface Plan {
  readonly name: string;
  readonly deadlineMs: number | undefined;
  readonly attemptTimeoutMs: number | undefined;
  readonly stallMs: number | undefined;
  readonly classify: Classifier;
  readonly retry: Partial<Record<Category, RetryRule>>;
  readonly retries: boolean;
  readonly budget: TokenBucket | undefined;
  readonly breaker: Breaker | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly onEvent: OnEvent | undefined;
}

/** @throws InvalidOptionError naming the field. */
export function plan(name: string, options: PolicyOptions): Plan {
  if (typeof name !== 'string' || name === '') throw new InvalidOptionError('name', 'must be a text');
  const retry = checkedRules(options.retry ?? {});
  return {
    name,
    deadlineMs: limit(options.deadline, 'deadline'),
    attemptTimeoutMs: limit(options.attemptTimeout, 'attemptTimeout'),
    stallMs: limit(options.stall, 'stall'),
    classify: options.classify ?? classifyError,
    retry,
    retries: Object.values(retry).some((rule) => rule.attempts > 0),
    budget: options.budget,
    breaker: options.breaker,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    onEvent: options.onEvent,
  };
}

function limit(value: Duration | undefined, field: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = parseDuration(value, field);
  if (ms <= 0) throw new InvalidOptionError(field, 'must be above 0');
  return ms;
}

function checkedRules(rules: Partial<Record<Category, RetryRule>>): Partial<Record<Category, RetryRule>> {
  for (const [category, rule] of Object.entries(rules)) {
    const field = `retry.${category}`;
    if (!(CATEGORIES as readonly string[]).includes(category)) {
      throw new InvalidOptionError(field, `is not a category; known are ${CATEGORIES.join(', ')}`);
    }
    if (category === 'cancelled')
      throw new InvalidOptionError(field, 'cannot be given: a cancelled call stays cancelled');
    checkRule(rule, field);
  }
  return rules;
}

function checkRule(rule: RetryRule, field: string): void {
  const { attempts } = rule;
  if (!(attempts === Number.POSITIVE_INFINITY || (Number.isInteger(attempts) && attempts >= 0))) {
    throw new InvalidOptionError(`${field}.attempts`, 'must be a whole number >= 0 or Infinity');
  }
  if (typeof rule.backoff?.delayMs !== 'function') {
    throw new InvalidOptionError(`${field}.backoff`, 'must be a backoff such as fullJitter("1s", "5m")');
  }
  if (rule.before !== undefined && typeof rule.before !== 'function') {
    throw new InvalidOptionError(`${field}.before`, 'must be a function');
  }
}
