import { parseDuration } from '../../clock/duration.ts';
import type { Duration } from '../../clock/duration.ts';
import { InvalidOptionError } from '../../errors.ts';
import { between } from './checked.ts';
import type { LimitAlgorithm } from './limit-algorithm.ts';

/** What makes AIMD. */
export interface AimdOptions {
  /** What a drop leaves of the limit, above 0 and at most 1; it falls by at least one. Default 0.9. */
  readonly backoffRatio?: number;
  /** A call that takes longer counts as dropped; default none. */
  readonly timeoutMs?: Duration;
}

/**
 * Additive increase, multiplicative decrease (Chiu and Jain, 1989): one call more after each round in which the limit
 * was in use and nothing was dropped, so much less after a drop. Looks at no latencies but `timeoutMs`, so it finds the
 * limit of a service only by being refused there.
 * @throws InvalidOptionError naming the option.
 */
export function aimd(options: AimdOptions = {}): LimitAlgorithm {
  const ratio = between(options.backoffRatio ?? 0.9, 0, 1, 'aimd.backoffRatio');
  const slowMs =
    options.timeoutMs === undefined ? undefined : parseDuration(options.timeoutMs, 'aimd.timeoutMs');
  if (slowMs !== undefined && slowMs <= 0) throw new InvalidOptionError('aimd.timeoutMs', 'must be above 0');
  return {
    kind: 'aimd',
    ...(slowMs === undefined ? {} : { slowMs }),
    begin: () => (round) => {
      if (round.dropped) return Math.min(round.limit - 1, Math.floor(round.limit * ratio));
      return round.busy ? round.limit + 1 : round.limit;
    },
  };
}
