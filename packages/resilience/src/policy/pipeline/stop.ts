import type { Verdict } from '../../classify/verdict.ts';

/** What a stop is asked about: the run as it stands after a failed attempt. */
export interface StopState {
  /** Attempts made. */
  readonly attempts: number;
  /** Lived time since the run began, in ms. */
  readonly elapsedMs: number;
  /** The wait that would come next, in ms. */
  readonly nextDelayMs: number;
  readonly verdict: Verdict;
}

/** Says when a run gives up; stops are values that compose (`anyOf`, `allOf`). Has no state of a run. */
export interface Stop {
  /** For `describe()`, such as `10 attempts or 1h elapsed`. */
  readonly description: string;
  shouldStop(state: StopState): boolean;
}
