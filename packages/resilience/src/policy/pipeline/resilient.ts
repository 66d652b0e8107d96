import type { AttemptContext, AttemptFunction } from './attempt.ts';
import { methodDecorator } from './method.ts';
import type { PolicyMethodDecorator, PolicyRun } from './method.ts';
import { plan } from './options-plan.ts';
import type { PolicyOptions } from './options.ts';
import { stagesOf } from './resilient-describe.ts';
import type { PolicyDescription } from './resilient-describe.ts';
import { Run } from './run.ts';
import { execute } from './run-loop.ts';
import { runOutermost } from './run-outermost.ts';
import type { RunOptions } from './run-options.ts';

export type { PolicyDescription, Stage } from './resilient-describe.ts';

/**
 * Runs functions under one set of rules. Holds no state of a run, so that one policy serves any number of them. `F` is
 * what its fallback gives.
 */
export interface Policy<F = never> {
  readonly name: string;
  /**
   * Calls `fn` until it succeeds or the policy gives up.
   * @throws the last error itself, with `attempts`, `stopReason` and `retryAfterMs` noted on it (see `failureOf`);
   * `signal.reason` by identity when the caller aborts; TimeoutError when the deadline interrupts an attempt.
   */
  run<T>(fn: AttemptFunction<T>, options?: RunOptions): Promise<T | F>;
  /** A function that runs `fn` under this policy at every call. The options are given at each. */
  wrap<A extends readonly unknown[], T>(
    fn: (context: AttemptContext, ...args: A) => Promise<T> | T,
    options?: RunOptions,
  ): (...args: A) => Promise<T | F>;
  /** A decorator for methods (TC39): `@policy.method`. See `attemptContext` for what an attempt is given. */
  readonly method: PolicyMethodDecorator;
  describe(): PolicyDescription;
}

const NO_OPTIONS: RunOptions = Object.freeze({});

/**
 * A policy around one operation, outermost first: fallback > coalesce > deadline and stop > retry and budget > breaker
 * > concurrency > rate > hedge > attempt timeout > stall > chaos.
 * @throws InvalidOptionError (`ERR_INVALID_OPTION`) naming the field.
 */
export function resilient<F = never>(name: string, options: PolicyOptions<F>): Policy<F> {
  const checked = plan(name, options);
  const simple = checked.fallback === undefined && checked.coalescer === undefined;
  const run = <T>(fn: AttemptFunction<T>, runOptions: RunOptions = NO_OPTIONS): Promise<T | F> =>
    simple
      ? execute(new Run<T>(checked, fn, runOptions))
      : (runOutermost(checked, fn, runOptions) as Promise<T | F>);
  return {
    name,
    run,
    wrap:
      (fn, runOptions) =>
      (...args) =>
        run((context) => fn(context, ...args), runOptions),
    method: methodDecorator(run as PolicyRun),
    describe: () => ({ name, stages: stagesOf(checked) }),
  };
}
