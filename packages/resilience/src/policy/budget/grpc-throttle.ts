import type { Category } from '../../classify/verdict.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { RetryBudget } from './retry-budget.ts';

/** What makes a gRPC retry throttle. */
export interface GrpcThrottleOptions {
  /** Tokens at first and at most: above 0, up to 1,000. */
  readonly maxTokens: number;
  /** Tokens that a success brings back; decimals beyond the third are ignored. */
  readonly tokenRatio: number;
}

/** A budget filled by successes and drained by failures. */
export interface GrpcThrottle extends RetryBudget {
  readonly kind: 'grpc';
  readonly maxTokens: number;
  readonly tokenRatio: number;
  /** Whether retries are allowed now: more than half of the tokens are there. A retry itself costs nothing. */
  take(category?: Category): boolean;
  record(outcome: 'success' | 'failure', category?: Category): void;
  snapshot(): { readonly tokens: number };
}

/** Failures that say nothing about how the server fares. */
const FATAL: readonly Category[] = ['permanent', 'defect', 'cancelled'];

/** Counted in thousandths, so that sums of 0.1 stay exact. */
const SCALE = 1_000;
const MOST_TOKENS = 1_000;

/**
 * Retry throttling of gRPC (proposal A6): a failure takes a token, a success brings `tokenRatio` back, and no retry is
 * made while no more than half of `maxTokens` is left. Share one between all policies of a server. Failures that are
 * permanent, defects or cancelled change nothing.
 * @throws InvalidOptionError naming the option.
 */
export function grpcThrottle(options: GrpcThrottleOptions): GrpcThrottle {
  const { maxTokens } = options;
  if (!(maxTokens > 0 && maxTokens <= MOST_TOKENS)) {
    throw new InvalidOptionError('budget.maxTokens', `must be a number above 0, up to ${MOST_TOKENS}`);
  }
  // Cut, not rounded, as A6 says; the addend undoes products such as 0.57 * 1000 that fall just below a whole.
  const gain = Math.floor(options.tokenRatio * SCALE + 1e-6);
  if (!(Number.isFinite(gain) && gain >= 1)) {
    throw new InvalidOptionError('budget.tokenRatio', 'must be a number of at least 0.001');
  }
  const most = maxTokens * SCALE;
  let tokens = most;
  const allowed = (): boolean => tokens > most / 2;
  return {
    kind: 'grpc',
    whenEmpty: 'stop',
    maxTokens,
    tokenRatio: gain / SCALE,
    take: allowed,
    waitMs: () => (allowed() ? 0 : Number.POSITIVE_INFINITY),
    record: (outcome, category) => {
      if (outcome === 'success') tokens = Math.min(most, tokens + gain);
      else if (category === undefined || !FATAL.includes(category)) tokens = Math.max(0, tokens - SCALE);
    },
    snapshot: () => ({ tokens: tokens / SCALE }),
  };
}
