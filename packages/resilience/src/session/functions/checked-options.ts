import { systemRandom } from '../../clock/random.ts';
import type { Random } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import type { Clock } from '../../clock/clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import { backoffsOf } from './call-rules.ts';
import { connectionMetrics } from './connection-metrics.ts';
import type { MetricsCollector } from './connection-metrics.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { RecoveryFlight } from './recovery-flight.ts';

/** Options of one function, checked once and with defaults, and what its calls share. */
export interface CheckedOptions extends Pick<
  ConnectionOptions,
  'session' | 'classify' | 'breaker' | 'keepAwake' | 'signal' | 'onEvent' | 'onReport'
> {
  readonly name: string;
  readonly maxAttempts: number;
  readonly backoffs: ReturnType<typeof backoffsOf>;
  readonly flight: RecoveryFlight | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: MetricsCollector;
}

/** @throws InvalidOptionError naming the field. */
export function checkedOptions(options: ConnectionOptions, functionName: string): CheckedOptions {
  const { maxAttempts = 3, recover, clock = systemClock, random = systemRandom } = options;
  if (!(Number.isInteger(maxAttempts) && maxAttempts >= 0)) {
    throw new InvalidOptionError('maxAttempts', 'must be a whole number >= 0');
  }
  for (const [category, backoff] of Object.entries(backoffsOf(options))) {
    if (typeof backoff?.delayMs !== 'function') {
      throw new InvalidOptionError(
        `backoff.${category}`,
        'must be a backoff such as exponential("2s", "8s")',
      );
    }
  }
  return {
    ...options,
    name: options.name ?? (functionName === '' ? 'connection' : functionName),
    maxAttempts,
    backoffs: backoffsOf(options),
    flight: recover === undefined ? undefined : new RecoveryFlight(recover),
    clock,
    random,
    metrics: options.metrics ?? connectionMetrics(),
  };
}
