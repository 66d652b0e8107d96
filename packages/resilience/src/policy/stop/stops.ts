import { formatDuration, parseDuration } from '../../clock/duration.ts';
import type { Duration } from '../../clock/duration.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { Stop } from '../pipeline/stop.ts';

/** Stops once so many attempts were made. */
export function afterAttempts(attempts: number): Stop {
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw new InvalidOptionError('afterAttempts', 'must be a whole number above 0');
  }
  return stop(attempts === 1 ? '1 attempt' : `${attempts} attempts`, (state) => state.attempts >= attempts);
}

/** Stops once the run has lasted so long. Asked between attempts only: what must interrupt one is a `deadline`. */
export function afterElapsed(duration: Duration): Stop {
  const ms = above0(duration, 'afterElapsed');
  return stop(`${formatDuration(ms)} elapsed`, (state) => state.elapsedMs >= ms);
}

/** Stops when the next attempt could not begin before the run has lasted so long: no wait is begun in vain. */
export function beforeElapsed(duration: Duration): Stop {
  const ms = above0(duration, 'beforeElapsed');
  return stop(
    `a wait until ${formatDuration(ms)} or later`,
    (state) => state.elapsedMs + state.nextDelayMs >= ms,
  );
}

/** Stops as soon as one of them does. */
export function anyOf(first: Stop, ...others: readonly Stop[]): Stop {
  const stops = checked('anyOf', [first, ...others]);
  return stop(joined(stops, ' or ', ' and '), (state) => stops.some((one) => one.shouldStop(state)));
}

/** Stops when all of them do at once. */
export function allOf(first: Stop, ...others: readonly Stop[]): Stop {
  const stops = checked('allOf', [first, ...others]);
  return stop(joined(stops, ' and ', ' or '), (state) => stops.every((one) => one.shouldStop(state)));
}

function stop(description: string, shouldStop: Stop['shouldStop']): Stop {
  return Object.freeze({ description, shouldStop });
}

function above0(duration: Duration, field: string): number {
  const ms = parseDuration(duration, field);
  if (ms <= 0) throw new InvalidOptionError(field, 'must be above 0');
  return ms;
}

function checked(field: string, stops: readonly Stop[]): readonly Stop[] {
  for (const [index, one] of stops.entries()) {
    if (typeof (one as Partial<Stop> | undefined)?.shouldStop !== 'function') {
      throw new InvalidOptionError(`${field}[${index}]`, 'must be a stop such as afterAttempts(10)');
    }
  }
  return stops;
}

/** A part that holds the other word is put into brackets, so that the text says what is meant. */
function joined(stops: readonly Stop[], word: string, other: string): string {
  return stops
    .map(({ description }) =>
      stops.length > 1 && description.includes(other) ? `(${description})` : description,
    )
    .join(word);
}
