import { checkedOptions } from './checked-options.ts';
import type { ConnectionMetrics } from './connection-metrics.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { ResilientCall } from './resilient-call.ts';

/** A function that recovers, and what its calls went through so far. */
export interface ResilientFunction<This, A extends unknown[], T> {
  (this: This, ...args: A): Promise<T>;
  /** With the option `metrics`, those of all functions that share the collector. */
  readonly metrics: ConnectionMetrics;
}

/**
 * A function with the same arguments that runs `fn` again after a loss: it waits, recovers and starts `fn` from its
 * beginning, at most `maxAttempts` times. So `fn` must be harmless when repeated; what must not happen twice belongs
 * into an `effect`, and what shall go on in the middle into a `step` or `range`, of an operation.
 *
 * The function throws the last error itself, with `attempts` and `stopReason` noted on it (see `failureOf`).
 * @throws InvalidOptionError naming the option.
 */
export function withConnectionResilience<This, A extends unknown[], T>(
  fn: (this: This, ...args: A) => Promise<T>,
  options: ConnectionOptions = {},
): ResilientFunction<This, A, T> {
  const checked = checkedOptions(options, fn.name);
  const wrapped = function (this: This, ...args: A): Promise<T> {
    return new ResilientCall(checked, async () => await fn.apply(this, args)).execute();
  };
  return Object.defineProperties(wrapped, {
    name: { value: fn.name, configurable: true },
    metrics: { get: () => checked.metrics.metrics, enumerable: true },
  }) as ResilientFunction<This, A, T>;
}
