import type { AttemptFunction } from './attempt.ts';

/** Wraps what an attempt calls, innermost of all, to make it fail on purpose; see `@holdfast/resilience/chaos`. */
export interface ChaosPolicy {
  readonly name: string;
  inject<T>(fn: AttemptFunction<T>): AttemptFunction<T>;
}
