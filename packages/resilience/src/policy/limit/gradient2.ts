import { InvalidOptionError } from '../../errors.ts';
import { between, whole } from './checked.ts';
import type { LimitAlgorithm } from './limit-algorithm.ts';

/** What makes Gradient2. */
export interface Gradient2Options {
  /** So much longer than usual a call may take before the limit falls, at least 1; default 1.5. */
  readonly tolerance?: number;
  /** Calls that may always stand in the server's queue; default 4. */
  readonly queueSize?: number;
  /** Which part of each change is made, above 0 and at most 1; default 0.2. */
  readonly smoothing?: number;
  /** Over how many rounds the usual latency is averaged; default 100. */
  readonly longRounds?: number;
}

/**
 * Gradient2 of Netflix concurrency-limits: compares the latency of a round with its long average, and holds the limit
 * near `limit · tolerance · usual / now + queueSize`, the gradient kept between a half and 1. Takes a service whose
 * latency varies by itself more calmly than Vegas, and one that becomes slow for good as usual after a while.
 * @throws InvalidOptionError naming the option.
 */
export function gradient2(options: Gradient2Options = {}): LimitAlgorithm {
  const { tolerance = 1.5 } = options;
  const queueSize = whole(options.queueSize ?? 4, 0, 'gradient2.queueSize');
  const smoothing = between(options.smoothing ?? 0.2, 0, 1, 'gradient2.smoothing');
  const longRounds = whole(options.longRounds ?? 100, 1, 'gradient2.longRounds');
  if (!(tolerance >= 1 && tolerance < Number.POSITIVE_INFINITY)) {
    throw new InvalidOptionError('gradient2.tolerance', 'must be a number of at least 1');
  }
  return {
    kind: 'gradient2',
    begin: () => {
      let longMs: number | undefined;
      return ({ limit, meanMs, dropped, busy }) => {
        if (dropped) return limit + smoothing * (limit / 2 - limit);
        longMs = longMs === undefined ? meanMs : longMs + (meanMs - longMs) / longRounds;
        // After a time of overload the average is too long, and would let the limit grow back into it.
        if (longMs > 2 * meanMs) longMs *= 0.95;
        if (!busy) return limit;
        const gradient = meanMs <= 0 ? 1 : Math.max(0.5, Math.min(1, (tolerance * longMs) / meanMs));
        return limit + smoothing * (limit * gradient + queueSize - limit);
      };
    },
  };
}
