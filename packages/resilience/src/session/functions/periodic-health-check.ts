import { perInstance } from './per-instance.ts';
import type { InstanceOptions, MethodDecorator } from './per-instance.ts';
import { withPeriodicHealthCheck } from './with-periodic-health-check.ts';
import type { HealthCheckOptions } from './with-periodic-health-check.ts';

/** `withPeriodicHealthCheck` as a decorator of an async method. Each instance counts its own calls. */
export function periodicHealthCheck<Instance extends object = object>(
  options: InstanceOptions<Instance, HealthCheckOptions>,
): MethodDecorator<Instance> {
  return perInstance(options, (method, chosen) => withPeriodicHealthCheck(method, chosen));
}
