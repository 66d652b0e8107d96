import type { Category } from '../../classify/verdict.ts';
import type { AttemptContext, AttemptFunction } from './attempt.ts';
import type { Backoff } from '../backoff/backoff.ts';
import type { BreakerRules } from '../breaker/breaker-options.ts';
import { plan } from './options.ts';
import type { Plan, PolicyOptions } from './options.ts';
import { Run } from './run.ts';
import type { RunOptions } from './run.ts';

/** One stage of a policy, as data. */
export type Stage =
  | { readonly stage: 'deadline'; readonly ms: number }
  | {
      readonly stage: 'retry';
      readonly category: Category;
      readonly attempts: number;
      readonly backoff: Pick<Backoff, 'kind' | 'baseMs' | 'capMs'>;
      readonly respectRetryAfter: boolean;
    }
  | {
      readonly stage: 'budget';
      readonly capacity: number;
      readonly refillMs: number;
      readonly whenEmpty: 'stop' | 'wait';
    }
  | ({ readonly stage: 'breaker'; readonly name: string } & BreakerRules)
  | { readonly stage: 'attempt-timeout'; readonly ms: number }
  | { readonly stage: 'stall'; readonly ms: number };

/** A policy as data. */
export interface PolicyDescription {
  readonly name: string;
  /** Outermost first. */
  readonly stages: readonly Stage[];
}

/** Runs functions under one set of rules. Holds no state of a run, so that one policy serves any number of them. */
export interface Policy {
  readonly name: string;
  /**
   * Calls `fn` until it succeeds or the policy gives up.
   * @throws the last error itself, with `attempts`, `stopReason` and `retryAfterMs` noted on it (see `failureOf`);
   * `signal.reason` by identity when the caller aborts; TimeoutError when the deadline interrupts an attempt.
   */
  run<T>(fn: AttemptFunction<T>, options?: RunOptions): Promise<T>;
  /** A function that runs `fn` under this policy at every call. */
  wrap<A extends readonly unknown[], T>(
    fn: (context: AttemptContext, ...args: A) => Promise<T> | T,
  ): (...args: A) => Promise<T>;
  describe(): PolicyDescription;
}

/**
 * A policy around one operation: deadline > retry > budget > breaker > limits of an attempt.
 * @throws InvalidOptionError (`ERR_INVALID_OPTION`) naming the field.
 */
export function resilient(name: string, options: PolicyOptions): Policy {
  const checked = plan(name, options);
  const run = async <T>(fn: AttemptFunction<T>, runOptions: RunOptions = {}): Promise<T> =>
    await new Run(checked, fn, runOptions).execute();
  return {
    name,
    run,
    wrap:
      (fn) =>
      (...args) =>
        run((context) => fn(context, ...args)),
    describe: () => ({ name, stages: stagesOf(checked) }),
  };
}

function stagesOf(checked: Plan): Stage[] {
  const stages: Stage[] = [];
  const { deadlineMs, budget, breaker, attemptTimeoutMs, stallMs } = checked;
  if (deadlineMs !== undefined) stages.push({ stage: 'deadline', ms: deadlineMs });
  for (const [category, rule] of Object.entries(checked.retry)) {
    const { kind, baseMs, capMs } = rule.backoff;
    stages.push({
      stage: 'retry',
      category: category as Category,
      attempts: rule.attempts,
      backoff: { kind, baseMs, capMs },
      respectRetryAfter: rule.respectRetryAfter ?? true,
    });
  }
  if (budget !== undefined) {
    const { capacity, refillMs, whenEmpty } = budget;
    stages.push({ stage: 'budget', capacity, refillMs, whenEmpty });
  }
  if (breaker !== undefined) stages.push({ stage: 'breaker', name: breaker.name, ...breaker.rules });
  if (attemptTimeoutMs !== undefined) stages.push({ stage: 'attempt-timeout', ms: attemptTimeoutMs });
  if (stallMs !== undefined) stages.push({ stage: 'stall', ms: stallMs });
  return stages;
}
