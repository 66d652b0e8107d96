import type { Category } from '../../classify/verdict.ts';
import type { BackoffDescription } from '../backoff/backoff.ts';
import { describeBackoff } from '../backoff/compose.ts';
import type { BreakerRules } from '../breaker/breaker-options.ts';
import type { RetryBudget } from '../budget/retry-budget.ts';
import type { TokenBucket } from '../budget/token-bucket.ts';
import type { ConcurrencyLimit } from '../limit/concurrency-limit.ts';
import { DEFAULT_BACKOFF } from './default-retry.ts';
import type { Plan } from './options-plan.ts';

/** One stage of a policy, as data. */
export type Stage =
  | { readonly stage: 'fallback' }
  | { readonly stage: 'coalesce' }
  | { readonly stage: 'deadline'; readonly ms: number }
  | { readonly stage: 'stop'; readonly description: string }
  | {
      readonly stage: 'retry';
      readonly category: Category;
      readonly attempts: number;
      readonly backoff: BackoffDescription;
      readonly respectRetryAfter: boolean;
      readonly codes?: readonly string[];
      /** Whether something runs before each retry. */
      readonly before: boolean;
    }
  | {
      readonly stage: 'budget';
      readonly kind: RetryBudget['kind'];
      readonly whenEmpty: 'stop' | 'wait';
      /** Of a token bucket. */
      readonly capacity?: number;
      readonly refillMs?: number;
    }
  | ({ readonly stage: 'breaker'; readonly name: string } & BreakerRules)
  | {
      readonly stage: 'concurrency';
      readonly kind: ConcurrencyLimit['kind'];
      /** Most calls at once, now. */
      readonly limit: number;
    }
  | { readonly stage: 'rate'; readonly limit: number; readonly perMs: number }
  | {
      readonly stage: 'hedge';
      /** Before the first further copy. */
      readonly afterMs: number;
      readonly copies: number;
    }
  | { readonly stage: 'attempt-timeout'; readonly ms: number }
  | { readonly stage: 'stall'; readonly ms: number; readonly mode: 'warn' | 'enforce' }
  | { readonly stage: 'chaos'; readonly name: string };

/** A policy as data. */
export interface PolicyDescription {
  readonly name: string;
  /** Outermost first. */
  readonly stages: readonly Stage[];
}

/** The stages that a policy has, outermost first. */
export function stagesOf(plan: Plan): readonly Stage[] {
  return [...aroundAll(plan), ...retryStages(plan), ...aroundAttempt(plan), ...inAttempt(plan)];
}

function aroundAll({ fallback, coalescer, deadline, stop }: Plan): Stage[] {
  const stages: Stage[] = [];
  if (fallback !== undefined) stages.push({ stage: 'fallback' });
  if (coalescer !== undefined) stages.push({ stage: 'coalesce' });
  if (deadline !== undefined) stages.push({ stage: 'deadline', ms: deadline.ms });
  if (stop !== undefined) stages.push({ stage: 'stop', description: stop.description });
  return stages;
}

function retryStages({ retry, budget }: Plan): Stage[] {
  const stages: Stage[] = Object.entries(retry).map(([category, rule]) => ({
    stage: 'retry',
    category: category as Category,
    attempts: rule.attempts,
    backoff: describeBackoff(rule.backoff ?? DEFAULT_BACKOFF),
    respectRetryAfter: rule.respectRetryAfter ?? true,
    ...(rule.codes === undefined ? {} : { codes: rule.codes }),
    before: rule.before !== undefined,
  }));
  if (budget !== undefined) {
    const { kind, whenEmpty } = budget;
    const { capacity, refillMs } = budget as Partial<TokenBucket>;
    stages.push({
      stage: 'budget',
      kind,
      whenEmpty,
      ...(capacity === undefined ? {} : { capacity }),
      ...(refillMs === undefined ? {} : { refillMs }),
    });
  }
  return stages;
}

function aroundAttempt({ breaker, concurrency, rate, hedge }: Plan): Stage[] {
  const stages: Stage[] = [];
  if (breaker !== undefined) stages.push({ stage: 'breaker', name: breaker.name, ...breaker.rules });
  if (concurrency !== undefined) {
    const { limit } = concurrency.snapshot();
    stages.push({ stage: 'concurrency', kind: concurrency.kind, limit });
  }
  if (rate !== undefined) stages.push({ stage: 'rate', limit: rate.limit, perMs: rate.perMs });
  if (hedge !== undefined) {
    stages.push({ stage: 'hedge', afterMs: hedge.afterMs(1), copies: hedge.copies });
  }
  return stages;
}

function inAttempt({ timeout, stall, stallMode, chaos }: Plan): Stage[] {
  const stages: Stage[] = [];
  if (timeout !== undefined) stages.push({ stage: 'attempt-timeout', ms: timeout.ms });
  if (stall !== undefined) stages.push({ stage: 'stall', ms: stall.ms, mode: stallMode });
  if (chaos !== undefined) stages.push({ stage: 'chaos', name: chaos.name });
  return stages;
}
