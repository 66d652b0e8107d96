import type { Duration } from '../../clock/duration.ts';
import { isTime, parseDuration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { InvalidOptionError } from '../../errors.ts';

/** Which rule a wait follows. */
export type BackoffKind =
  | 'constant'
  | 'linear'
  | 'exponential'
  | 'full-jitter'
  | 'equal-jitter'
  | 'decorrelated-jitter'
  | 'smooth-jitter'
  | 'chain'
  | 'sum'
  | 'at-least'
  | 'at-most';

/** A backoff as plain data, for `describe()` and logs. */
export interface BackoffDescription {
  readonly kind: BackoffKind;
  /** The delay from which it grows, in ms. */
  readonly baseMs: number;
  /** The longest delay it can give, in ms. */
  readonly capMs: number;
  /** What a composed backoff is made of, in order. */
  readonly parts?: readonly BackoffPart[];
}

/** One part of a composed backoff. */
export interface BackoffPart extends BackoffDescription {
  /** In a chain: for so many retries; the last part has no end and no count. */
  readonly times?: number;
}

/** How long to wait before the n-th retry. Immutable and without state; the same value may serve many policies. */
export interface Backoff extends BackoffDescription {
  /**
   * Milliseconds before retry number `retry` (1, 2, …): positive, finite, at most `capMs`.
   * @param previousMs what this backoff gave before the last retry of the same run; none before the first.
   */
  delayMs(retry: number, random: Random, previousMs?: number): number;
}

/** Gives a delay from what the retry's number allows; see `growing`. */
type Choose = (ceilingMs: number, random: Random) => number;

/**
 * Uniform in (0, min(cap, base * 2^(n-1))]: spreads contending clients best, hence the default choice.
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 (as the two below).
 */
export function fullJitter(base: Duration, cap: Duration): Backoff {
  return growing('full-jitter', base, cap, (ceiling, random) => ceiling * (1 - random.next()));
}

/** Half of min(cap, base * 2^(n-1)), and as much again times [0, 1): never a very short wait. */
export function equalJitter(base: Duration, cap: Duration): Backoff {
  return growing('equal-jitter', base, cap, (ceiling, random) => (ceiling / 2) * (1 + random.next()));
}

/**
 * Uniform in [base, 3 * the delay before), at most cap; the first is drawn from [base, 3 * base). Grows by luck and
 * not by count, so clients that failed equally often still part. A caller that passes no previous delay
 * always gets a first one.
 */
export function decorrelatedJitter(base: Duration, cap: Duration): Backoff {
  const { baseMs, capMs } = range('decorrelated-jitter', base, cap);
  return Object.freeze({
    kind: 'decorrelated-jitter',
    baseMs,
    capMs,
    delayMs: (_retry: number, random: Random, previousMs: number = baseMs) => {
      // NaN is no delay; what exceeds the cap was asked by somebody else, such as a Retry-After.
      const previous = previousMs > baseMs ? Math.min(previousMs, capMs) : baseMs;
      return Math.min(capMs, baseMs + random.next() * (3 * previous - baseMs));
    },
  });
}

/** Exactly min(cap, base * 2^(n-1)); for a single client with nobody to collide with. */
export function exponential(base: Duration, cap: Duration): Backoff {
  return growing('exponential', base, cap, (ceiling) => ceiling);
}

/** Exactly min(cap, step * n). */
export function linear(step: Duration, cap: Duration): Backoff {
  const { baseMs, capMs } = range('linear', step, cap, 'step');
  return Object.freeze({
    kind: 'linear',
    baseMs,
    capMs,
    delayMs: (retry: number) => Math.min(capMs, baseMs * Math.max(retry, 1)),
  });
}

/** Always the same delay. */
export function constant(delay: Duration): Backoff {
  return growing('constant', delay, delay, (ceiling) => ceiling);
}

function growing(kind: BackoffKind, base: Duration, cap: Duration, choose: Choose): Backoff {
  const { baseMs, capMs } = range(kind, base, cap);
  return Object.freeze({
    kind,
    baseMs,
    capMs,
    delayMs: (retry: number, random: Random) =>
      // The exponent is bounded so that 2 ** 1024 cannot become Infinity.
      choose(Math.min(capMs, baseMs * 2 ** Math.min(Math.max(retry, 1) - 1, 512)), random),
  });
}

/**
 * Base and cap in ms.
 * @throws InvalidOptionError when one is below 1 ms or the cap is below the base.
 */
export function range(
  kind: BackoffKind,
  base: Duration,
  cap: Duration,
  baseName: string = 'base',
): { readonly baseMs: number; readonly capMs: number } {
  const baseMs = delayOf(base, `${kind}.${baseName}`);
  const capMs = delayOf(cap, `${kind}.cap`);
  if (capMs < baseMs) throw new InvalidOptionError(`${kind}.cap`, `must not be below the ${baseName}`);
  return { baseMs, capMs };
}

/**
 * A delay in ms.
 * @throws InvalidOptionError when it is below 1 ms.
 */
export function delayOf(value: Duration, field: string): number {
  const ms = parseDuration(value, field);
  if (ms < 1) throw new InvalidOptionError(field, 'must be at least 1 ms');
  return ms;
}

/** What a backoff says, which may be anybody's; what is no time counts as not said, and `usual` says it. */
export function delayBy(backoff: Backoff, usual: Backoff, about: Parameters<Backoff['delayMs']>): number {
  const ms = backoff.delayMs(...about);
  return isTime(ms) ? ms : usual.delayMs(...about);
}
