import { between, whole } from './checked.ts';
import type { LimitAlgorithm, LimitRound } from './limit-algorithm.ts';
import { InvalidOptionError } from '../../errors.ts';

/** What makes Vegas. */
export interface VegasOptions {
  /** Fewer calls than this in the server's queue: one more at once; default 3. */
  readonly alpha?: number;
  /** More than this: one less; default 6. */
  readonly beta?: number;
  /** Which part of each change is made, above 0 and at most 1; default 1. */
  readonly smoothing?: number;
  /** What a drop leaves of the limit, before smoothing; default 0.5. */
  readonly dropRatio?: number;
  /** After so many rounds the limit is halved for one, to see the latency without a queue; default 50. */
  readonly probeEvery?: number;
}

interface Rules {
  readonly alpha: number;
  readonly beta: number;
  readonly smoothing: number;
  readonly dropRatio: number;
  readonly probeEvery: number;
}

/** `baseMs`: the latency without a queue, as far as known. `rounds`: since it was last measured on purpose. */
type Mode =
  | { readonly kind: 'steady'; readonly baseMs: number; readonly rounds: number }
  | { readonly kind: 'probing'; readonly baseMs: number; readonly limit: number };

/** Nothing is known, so the first busy round is followed by a probe. */
const START: Mode = { kind: 'steady', baseMs: Number.POSITIVE_INFINITY, rounds: Number.POSITIVE_INFINITY };

/** A probe that shows a latency so much different from what was believed may have had a queue itself: look again soon. */
const MUCH_LOWER = 0.8;
const MUCH_HIGHER = 1.25;
const SOON_ROUNDS = 5;

/**
 * TCP Vegas (Brakmo and Peterson, 1994) for concurrent calls, as Netflix concurrency-limits does it: with a limit of L,
 * `L · (1 − minRTT / RTT)` calls stand in the server's queue; below `alpha` the limit grows by one, above `beta` it
 * falls by one (or by half of what is above, when that is more), and a drop takes a half. Latencies are means over a round, which by Little's law makes the formula
 * exact. From time to time the limit is halved for one round: the queue drains, and the latency without one is learnt
 * anew, so that a way which has become longer is not taken for a queue for ever.
 * @throws InvalidOptionError naming the option.
 */
export function vegas(options: VegasOptions = {}): LimitAlgorithm {
  const { alpha = 3, beta = 6 } = options;
  const rules: Rules = {
    alpha: between(alpha, 0, Number.MAX_VALUE, 'vegas.alpha'),
    beta: between(beta, 0, Number.MAX_VALUE, 'vegas.beta'),
    smoothing: between(options.smoothing ?? 1, 0, 1, 'vegas.smoothing'),
    dropRatio: between(options.dropRatio ?? 0.5, 0, 1, 'vegas.dropRatio'),
    probeEvery: whole(options.probeEvery ?? 50, 1, 'vegas.probeEvery'),
  };
  if (beta < alpha) throw new InvalidOptionError('vegas.beta', 'must not be below alpha');
  return {
    kind: 'vegas',
    begin: () => {
      let mode = START;
      return (round) => {
        const next = transition(mode, round, rules);
        mode = next.mode;
        return next.limit;
      };
    },
  };
}

/** How many of `limit` calls stand in the server's queue, when a call takes `baseMs` without one and `meanMs` now. */
export function queueOf(limit: number, baseMs: number, meanMs: number): number {
  return meanMs <= baseMs ? 0 : limit * (1 - baseMs / meanMs);
}

function transition(
  mode: Mode,
  round: LimitRound,
  rules: Rules,
): { readonly mode: Mode; readonly limit: number } {
  if (mode.kind === 'probing') {
    // What began after the limit was halved met no queue of ours.
    const baseMs = round.dropped ? mode.baseMs : round.meanMs;
    const limit = round.dropped ? mode.limit * rules.dropRatio : mode.limit;
    const believed = baseMs >= MUCH_LOWER * mode.baseMs && baseMs <= MUCH_HIGHER * mode.baseMs;
    const rounds = round.dropped || !believed ? Math.max(0, rules.probeEvery - SOON_ROUNDS) : 0;
    return { mode: { kind: 'steady', baseMs, rounds }, limit };
  }
  const { limit } = round;
  if (round.dropped) return { mode, limit: smoothed(limit, limit * rules.dropRatio, rules) };
  // Few calls at once are a measurement without a queue, for nothing.
  if (!round.busy) return { mode: { kind: 'steady', baseMs: round.meanMs, rounds: 0 }, limit };
  const rounds = mode.rounds + 1;
  if (rounds >= rules.probeEvery) {
    return { mode: { kind: 'probing', baseMs: mode.baseMs, limit }, limit: limit / 2 };
  }
  const baseMs = Math.min(mode.baseMs, round.meanMs);
  const step = stepFor(queueOf(limit, baseMs, round.meanMs), rules);
  return { mode: { kind: 'steady', baseMs, rounds }, limit: smoothed(limit, limit + step, rules) };
}

function stepFor(queue: number, { alpha, beta }: Rules): number {
  if (queue < alpha) return 1;
  return queue > beta ? -Math.max(1, (queue - beta) / 2) : 0;
}

function smoothed(limit: number, target: number, { smoothing }: Rules): number {
  return limit + smoothing * (target - limit);
}
