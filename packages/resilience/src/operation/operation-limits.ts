import type { Clock } from '../clock/clock.ts';
import { parseDuration } from '../clock/duration.ts';
import type { Random } from '../clock/random.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { InvalidOptionError } from '../errors.ts';
import { assertText } from './entry-path.ts';
import type { OperationOptions } from './operation-port.ts';

/** The limits of an operation, checked and with their defaults. */
export interface OperationLimits {
  readonly clock: Clock;
  readonly random: Random;
  readonly maxItems: number;
  readonly concurrency: number;
  readonly stepDeadlineMs: number | undefined;
}

/** @throws InvalidOptionError */
export function limitsOf<V, Tx>(key: string, options: OperationOptions<V, Tx>): OperationLimits {
  assertParts(options);
  const { clock = systemClock, random = systemRandom, stepDeadline } = options;
  const { maxItems = Number.POSITIVE_INFINITY, concurrency = 1 } = options;
  assertText(key, 'key');
  if (!(maxItems === Number.POSITIVE_INFINITY || (Number.isSafeInteger(maxItems) && maxItems >= 0))) {
    throw new InvalidOptionError('maxItems', 'must be a whole number from 0');
  }
  return {
    clock,
    random,
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

/** @throws InvalidOptionError */
export function assertFunction(value: unknown, field: string): void {
  if (typeof value !== 'function') throw new InvalidOptionError(field, 'must be a function');
}

/** What an operation cannot begin without, for programs that no compiler has read. */
function assertParts(options: {
  readonly ledger?: { readonly claim?: unknown };
  readonly session?: { readonly use?: unknown } | undefined;
}): void {
  if (typeof options?.ledger?.claim !== 'function') {
    throw new InvalidOptionError('ledger', 'must be a ledger, such as sqliteLedger("./work.db")');
  }
  if (options.session !== undefined && typeof options.session.use !== 'function') {
    throw new InvalidOptionError('session', 'must be a session, such as one of superviseSession()');
  }
}
