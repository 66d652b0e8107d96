import type { ConnectionOptions } from './connection-options.ts';
import { perInstance } from './per-instance.ts';
import type { InstanceOptions, MethodDecorator } from './per-instance.ts';
import { withConnectionResilience } from './with-connection-resilience.ts';

/**
 * `withConnectionResilience` as a decorator of an async method. Each instance has counters and recoveries of its own;
 * with a function as options each has its own session too.
 */
export function connectionResilience<Instance extends object = object>(
  options: InstanceOptions<Instance, ConnectionOptions> = {},
): MethodDecorator<Instance> {
  return perInstance(options, (method, chosen, name) =>
    withConnectionResilience(method, { name, ...chosen }),
  );
}
