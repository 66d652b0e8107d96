import type { Clock } from '../clock/clock.ts';
import { parseDuration } from '../clock/duration.ts';
import { systemClock } from '../clock/system-clock.ts';
import { InvalidOptionError } from '../errors.ts';
import type { OperationOptions } from './operation-port.ts';

/** The limits of an operation, checked and with their defaults. */
export interface OperationLimits {
  readonly clock: Clock;
  readonly maxItems: number;
  readonly concurrency: number;
  readonly stepDeadlineMs: number | undefined;
}

/** @throws InvalidOptionError */
export function limitsOf<V, Tx>(key: string, options: OperationOptions<V, Tx>): OperationLimits {
  const { clock = systemClock, maxItems = Number.POSITIVE_INFINITY, concurrency = 1, stepDeadline } = options;
  if (typeof key !== 'string' || key === '') throw new InvalidOptionError('key', 'must be text');
  if (!(maxItems >= 0)) throw new InvalidOptionError('maxItems', 'must be a number from 0');
  return {
    clock,
    maxItems,
    concurrency: wholeFromOne(concurrency),
    stepDeadlineMs: stepDeadline === undefined ? undefined : parseDuration(stepDeadline, 'stepDeadline'),
  };
}

/** How many items at a time. @throws InvalidOptionError */
export function wholeFromOne(concurrency: number): number {
  if (Number.isSafeInteger(concurrency) && concurrency >= 1) return concurrency;
  throw new InvalidOptionError('concurrency', 'must be a whole number from 1');
}
