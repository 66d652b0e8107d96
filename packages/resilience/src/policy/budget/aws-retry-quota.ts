import type { Category } from '../../classify/verdict.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { RetryBudget } from './retry-budget.ts';

/** What retries cost. */
export interface AwsRetryCosts {
  /** After any failure that is not named below. */
  readonly retry: number;
  /** After a timeout. */
  readonly timeout: number;
  /** After a throttle (`rate-limit`). */
  readonly throttle: number;
}

/** What makes an AWS retry quota. */
export interface AwsRetryQuotaOptions {
  /** Tokens at first and at most; default 500. */
  readonly capacity?: number;
  /** Whose costs: `standard` (default) is 5, and 10 after a timeout; `2026` is 14, and 5 after a throttle. */
  readonly mode?: 'standard' | '2026';
  /** Costs that differ from the mode's. */
  readonly costs?: Partial<AwsRetryCosts>;
}

/** A budget that retries drain and successes refill. */
export interface AwsRetryQuota extends RetryBudget {
  readonly kind: 'aws';
  readonly capacity: number;
  readonly costs: AwsRetryCosts;
  take(category?: Category): boolean;
  record(outcome: 'success' | 'failure', category?: Category): void;
  snapshot(): { readonly tokens: number };
}

const MODES: Readonly<Record<'standard' | '2026', AwsRetryCosts>> = {
  standard: { retry: 5, timeout: 10, throttle: 5 },
  '2026': { retry: 14, timeout: 14, throttle: 5 },
};

const DEFAULT_CAPACITY = 500;
/** What a success brings back that no retry came before. */
const FIRST_TRY_GAIN = 1;

/**
 * The retry quota of the AWS SDKs: a retry costs tokens, a success brings back what the retry before it cost, or 1
 * when it was the first attempt. Share one between all policies of a service.
 * @throws InvalidOptionError naming the option.
 */
export function awsRetryQuota(options: AwsRetryQuotaOptions = {}): AwsRetryQuota {
  const { capacity = DEFAULT_CAPACITY, mode = 'standard' } = options;
  positive(capacity, 'budget.capacity');
  if (!Object.hasOwn(MODES, mode))
    throw new InvalidOptionError('budget.mode', 'must be "standard" or "2026"');
  const costs = Object.freeze({ ...MODES[mode], ...options.costs });
  for (const [name, cost] of Object.entries(costs)) positive(cost, `budget.costs.${name}`, capacity);
  let tokens = capacity;
  const costOf = (category: Category | undefined): number => {
    if (category === 'timeout') return costs.timeout;
    return category === 'rate-limit' ? costs.throttle : costs.retry;
  };
  return {
    kind: 'aws',
    whenEmpty: 'stop',
    capacity,
    costs,
    take: (category) => {
      const cost = costOf(category);
      if (tokens < cost) return false;
      tokens -= cost;
      return true;
    },
    waitMs: (category) => (tokens < costOf(category) ? Number.POSITIVE_INFINITY : 0),
    record: (outcome, category) => {
      if (outcome === 'failure') return;
      tokens = Math.min(capacity, tokens + (category === undefined ? FIRST_TRY_GAIN : costOf(category)));
    },
    snapshot: () => ({ tokens }),
  };
}

function positive(value: number, field: string, most = Number.MAX_VALUE): void {
  if (typeof value === 'number' && value > 0 && value <= most) return;
  throw new InvalidOptionError(
    field,
    most === Number.MAX_VALUE ? 'must be a number above 0' : 'must be a number above 0, up to the capacity',
  );
}
