import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { InvalidOptionError } from '../../errors.ts';

/** How long to wait before the n-th retry. Immutable; the same value may serve many policies. */
export interface Backoff {
  readonly kind: 'full-jitter' | 'exponential' | 'constant';
  readonly baseMs: number;
  readonly capMs: number;
  /** Milliseconds before retry number `retry` (1, 2, …): positive, finite, at most `capMs`. */
  delayMs(retry: number, random: Random): number;
}

/** Uniform in (0, min(cap, base * 2^(n-1))]: spreads contending clients best, hence the default choice. */
export function fullJitter(base: Duration, cap: Duration): Backoff {
  return build('full-jitter', base, cap, (ceiling, random) => ceiling * (1 - random.next()));
}

/** Exactly min(cap, base * 2^(n-1)); for a single client with nobody to collide with. */
export function exponential(base: Duration, cap: Duration): Backoff {
  return build('exponential', base, cap, (ceiling) => ceiling);
}

/** Always the same delay. */
export function constant(delay: Duration): Backoff {
  return build('constant', delay, delay, (ceiling) => ceiling);
}

function build(
  kind: Backoff['kind'],
  base: Duration,
  cap: Duration,
  choose: (ceiling: number, random: Random) => number,
): Backoff {
  const baseMs = positive(base, `${kind}.base`);
  const capMs = positive(cap, `${kind}.cap`);
  if (capMs < baseMs) throw new InvalidOptionError(`${kind}.cap`, 'must not be below the base');
  return Object.freeze({
    kind,
    baseMs,
    capMs,
    delayMs: (retry: number, random: Random) =>
      // The exponent is bounded so that 2 ** 1024 cannot become Infinity.
      choose(Math.min(capMs, baseMs * 2 ** Math.min(Math.max(retry, 1) - 1, 512)), random),
  });
}

function positive(value: Duration, field: string): number {
  const ms = parseDuration(value, field);
  if (ms < 1) throw new InvalidOptionError(field, 'must be at least 1 ms');
  return ms;
}
