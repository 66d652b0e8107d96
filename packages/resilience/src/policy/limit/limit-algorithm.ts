/**
 * What so many calls showed that all began under one limit. Calls begun before the last change say nothing about what
 * it did, so each change is judged by the calls that follow it (as TCP does once per round trip).
 */
export interface LimitRound {
  /** The limit, with the fraction that the algorithm left on it. */
  readonly limit: number;
  /** Mean latency of its calls in ms; of a dropped round, that of those which succeeded before (0 when none did). */
  readonly meanMs: number;
  /** A call of the round timed out, was throttled, or was slower than `slowMs`: the round ended there. */
  readonly dropped: boolean;
  /** At some moment at least half of the places were taken: what the round shows is due to the limit. */
  readonly busy: boolean;
}

/** How an adaptive limit learns; made by `vegas` or `aimd`. */
export interface LimitAlgorithm {
  readonly kind: string;
  /** A call that takes longer than this counts as dropped. */
  readonly slowMs?: number;
  /** What learns for one limit: from each round the next limit, before it is held between `min` and `max`. */
  begin(): (round: LimitRound) => number;
}
