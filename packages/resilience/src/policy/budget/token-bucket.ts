import type { Category } from '../../classify/verdict.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import { elapsed } from '../../clock/elapsed.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { StateStore } from '../../state/state-store.ts';
import { Bucket } from './bucket.ts';
import { BucketMemory } from './bucket-memory.ts';
import { checkedCosts, costOf } from './costs.ts';
import type { Costs } from './costs.ts';
import type { RetryBudget } from './retry-budget.ts';
import { checkFields } from '../../known-fields.ts';
import type { Known } from '../../known-fields.ts';

/** What makes a token bucket. */
export interface TokenBucketOptions {
  /** Most tokens it holds, and holds at first: so many retries may come at once. */
  readonly capacity: number;
  /** Time for one token to grow back; sleep of the machine counts, steps of the wall clock do not. */
  readonly refillMs: Duration;
  /** What an empty bucket means: `stop` gives up (default), `wait` waits for the next token. */
  readonly whenEmpty?: 'stop' | 'wait';
  /** Tokens of a retry after a failure of a category; default 2 after `timeout`, which costs an upstream most, else 1. */
  readonly costs?: Costs;
  /** A bucket that goes on from a snapshot or a store has so many tokens at least; default 0. */
  readonly minimum?: number;
  /** A snapshot to go on from; clamped to the capacity. */
  readonly restore?: TokenBucketSnapshot;
  /** Names it in the state store (`budget:NAME`); needed with `state`. */
  readonly name?: string;
  /** Remembers what was spent over restarts, and shares it between processes. Then `take` gives a promise. */
  readonly state?: StateStore;
  readonly clock?: Clock;
}

/** What a token bucket can go on from after a restart. */
export interface TokenBucketSnapshot {
  readonly tokens: number;
}

/** A budget of retries, refilled by time; may be shared by several policies. */
export interface TokenBucket extends RetryBudget {
  readonly kind: 'token-bucket';
  readonly capacity: number;
  readonly refillMs: number;
  /**
   * Takes the tokens of one retry; false when there are too few. Without a `state` the answer is a boolean; with one
   * it is a promise, which rejects with the store's error when that fails.
   */
  take(category?: Category): boolean | Promise<boolean>;
  /** Milliseconds until the tokens of such a retry can be taken; 0 when they are there. */
  waitMs(category?: Category): number;
  snapshot(): TokenBucketSnapshot;
}

/** A token bucket without a store, which answers at once. */
export interface MemoryTokenBucket extends TokenBucket {
  take(category?: Category): boolean;
}

const DEFAULT_COSTS: Costs = { timeout: 2 };

const KNOWN: Known<TokenBucketOptions> = {
  capacity: true,
  refillMs: true,
  whenEmpty: true,
  costs: true,
  minimum: true,
  restore: true,
  name: true,
  state: true,
  clock: true,
};

/**
 * A budget of retries that time refills: `tokenBucket({ capacity: 20, refillMs: '10s' })` lets twenty retries come at once
 * and then one in ten seconds. Share one between all policies that reach the same service.
 * @throws InvalidOptionError naming the option.
 */
export function tokenBucket(options: TokenBucketOptions & { readonly state?: never }): MemoryTokenBucket;
export function tokenBucket(options: TokenBucketOptions): TokenBucket;
export function tokenBucket(options: TokenBucketOptions): TokenBucket {
  checkFields(options, Object.keys(KNOWN), 'budget.');
  const { capacity, whenEmpty = 'stop', clock = systemClock } = options;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new InvalidOptionError('budget.capacity', 'must be a whole number of at least 1');
  }
  const refillMs = parseDuration(options.refillMs, 'budget.refillMs');
  if (refillMs <= 0) throw new InvalidOptionError('budget.refillMs', 'must be above 0');
  if (whenEmpty !== 'stop' && whenEmpty !== 'wait') {
    throw new InvalidOptionError('budget.whenEmpty', 'must be "stop" or "wait"');
  }
  const costs = checkedCosts(options.costs, DEFAULT_COSTS, capacity);
  const bucket = new Bucket(capacity, refillMs, minimumOf(options), elapsed(clock));
  if (options.restore !== undefined) bucket.restore(options.restore.tokens);
  const memory = memoryOf(options, bucket, clock);
  const take = (cost: number): boolean | Promise<boolean> => memory?.take(cost) ?? bucket.take(cost);
  return {
    kind: 'token-bucket',
    capacity,
    refillMs,
    whenEmpty,
    take: (category) => take(costOf(costs, category)),
    waitMs: (category) => bucket.waitMs(costOf(costs, category)),
    snapshot: () => ({ tokens: bucket.tokens }),
  };
}

function minimumOf({ minimum = 0, capacity }: TokenBucketOptions): number {
  if (minimum >= 0 && minimum <= capacity) return minimum;
  throw new InvalidOptionError('budget.minimum', 'must be a number from 0 to the capacity');
}

function memoryOf(
  { name, state }: TokenBucketOptions,
  bucket: Bucket,
  clock: Clock,
): BucketMemory | undefined {
  if (state === undefined) return undefined;
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionError('budget.name', 'must be a text when state is given');
  }
  return new BucketMemory(`budget:${name}`, state, bucket, clock);
}
