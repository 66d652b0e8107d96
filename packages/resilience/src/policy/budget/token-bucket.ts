import type { Clock } from '../../clock/clock.ts';
import { systemClock } from '../../clock/system-clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import { InvalidOptionError } from '../../errors.ts';

/** What makes a token bucket. */
export interface TokenBucketOptions {
  /** Most tokens it holds, and holds at first: so many retries may come at once. */
  readonly capacity: number;
  /** Time for one token to grow back. */
  readonly refillMs: Duration;
  /** What an empty bucket means: `stop` gives up (default), `wait` waits for the next token. */
  readonly whenEmpty?: 'stop' | 'wait';
  /** A snapshot to go on from; clamped to the capacity. */
  readonly restore?: TokenBucketSnapshot;
  readonly clock?: Clock;
}

/** What a token bucket can go on from after a restart. */
export interface TokenBucketSnapshot {
  readonly tokens: number;
}

/** A budget of retries, refilled by time; may be shared by several policies. */
export interface TokenBucket {
  readonly capacity: number;
  readonly refillMs: number;
  readonly whenEmpty: 'stop' | 'wait';
  /** Takes one token; false when there is none. */
  take(): boolean;
  /** Milliseconds until a token can be taken; 0 when one is there. */
  waitMs(): number;
  snapshot(): TokenBucketSnapshot;
}

/** @throws InvalidOptionError naming the option. */
export function tokenBucket(options: TokenBucketOptions): TokenBucket {
  const { capacity, whenEmpty = 'stop', clock = systemClock } = options;
  const refillMs = parseDuration(options.refillMs, 'budget.refillMs');
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new InvalidOptionError('budget.capacity', 'must be a whole number of at least 1');
  }
  if (refillMs <= 0) throw new InvalidOptionError('budget.refillMs', 'must be above 0');
  let tokens = clampTokens(options.restore?.tokens ?? capacity, capacity);
  let countedAt = clock.monotonic();
  const refill = (): void => {
    const now = clock.monotonic();
    tokens = Math.min(capacity, tokens + Math.max(0, now - countedAt) / refillMs);
    countedAt = now;
  };
  return {
    capacity,
    refillMs,
    whenEmpty,
    take: () => {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    waitMs: () => {
      refill();
      return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * refillMs);
    },
    snapshot: () => {
      refill();
      return { tokens };
    },
  };
}

function clampTokens(tokens: number, capacity: number): number {
  return Number.isFinite(tokens) ? Math.min(Math.max(tokens, 0), capacity) : 0;
}
