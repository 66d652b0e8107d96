import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { isTime, parseDuration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { Backoff } from '../backoff/backoff.ts';
import type { OnEvent } from '../events.ts';
import type { BreakerFigures } from './breaker-state.ts';
import { share, whole } from './windows.ts';
import type { CountWindow, TimeWindow } from './windows.ts';
import { checkFields } from '../../known-fields.ts';
import type { Known } from '../../known-fields.ts';

/** Calls that take long are evidence too. */
export interface SlowCalls {
  /** A call that lived longer than this was slow, whatever came of it. */
  readonly afterMs: Duration;
  /** 0 to 1: opens when more than this share of the calls in the window were slow; with 1, when all were. */
  readonly rate: number;
}

/** What makes a breaker. Exactly one of `failures` and `window`, and exactly one of `openMs` and `open`. */
export interface BreakerOptions {
  /** Names it in events, errors and in the state store. */
  readonly name: string;
  /** So many failures in a row open it. */
  readonly failures?: number;
  /** A share of failed calls opens it: `countWindow` or `timeWindow`. */
  readonly window?: CountWindow | TimeWindow;
  /** Slow calls open it too; needs a window. A slow probe reopens it, whatever came of the call. */
  readonly slow?: SlowCalls;
  /** Length of the first opening; doubles with each opening in a row, and is jittered by up to a tenth. */
  readonly openMs?: Duration;
  /** Ceiling of the length; default 32 times `openMs`. Goes with `openMs` alone. */
  readonly maxOpenMs?: Duration;
  /** Lengths of the openings as a backoff, instead of `openMs` and `maxOpenMs`. */
  readonly open?: Backoff;
  /** Calls admitted at once while half open, and successes needed to close; default 1. */
  readonly halfOpenProbes?: number;
  /** Gives each refusal's error a stack; default false, since a stack costs more than the refusal. */
  readonly stack?: boolean;
  /** Remembers an open or isolated circuit over restarts. */
  readonly state?: StateStore;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly onEvent?: OnEvent;
}

/** The rules of a breaker as plain data. */
export interface BreakerRules {
  readonly failures?: number;
  readonly window?: CountWindow | TimeWindow;
  readonly slow?: { readonly afterMs: number; readonly rate: number };
  /** How the length of openings grows from `openMs` to `maxOpenMs`. */
  readonly growth: 'doubling' | Backoff['kind'];
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly halfOpenProbes: number;
}

const KNOWN: Known<BreakerOptions> = {
  name: true,
  failures: true,
  window: true,
  slow: true,
  openMs: true,
  maxOpenMs: true,
  open: true,
  halfOpenProbes: true,
  stack: true,
  state: true,
  clock: true,
  random: true,
  onEvent: true,
};

/** @throws InvalidOptionError naming the option. */
export function breakerRules(options: BreakerOptions): BreakerRules {
  checkFields(options, Object.keys(KNOWN), 'breaker.');
  if (typeof options.name !== 'string' || options.name === '') {
    throw new InvalidOptionError('breaker.name', 'must be a text');
  }
  return Object.freeze({
    ...evidenceOf(options),
    ...openingsOf(options),
    halfOpenProbes: whole(options.halfOpenProbes ?? 1, 'breaker.halfOpenProbes'),
  });
}

/** The rules as the transitions need them. */
export function breakerFigures(
  rules: BreakerRules,
  { open }: BreakerOptions,
  random: Random,
): BreakerFigures {
  const { openMs, maxOpenMs, halfOpenProbes } = rules;
  return {
    halfOpenProbes,
    maxOpenMs,
    openMs: (openings, previousMs) => {
      // Becomes Infinity after a thousand openings, which the ceiling cuts like any other length.
      if (open === undefined) return openMs * 2 ** (openings - 1) * (1 + random.next() / 10);
      const ms = open.delayMs(openings, random, previousMs);
      // A circuit whose opening had no length would never be tried again.
      return isTime(ms) ? ms : maxOpenMs;
    },
  };
}

function evidenceOf({
  failures,
  window,
  slow,
}: BreakerOptions): Pick<BreakerRules, 'failures' | 'window' | 'slow'> {
  if (failures !== undefined) {
    if (window !== undefined) {
      throw new InvalidOptionError('breaker.failures', 'cannot be given together with window');
    }
    if (slow !== undefined) {
      throw new InvalidOptionError('breaker.slow', 'needs a window, not a number of failures in a row');
    }
    return { failures: whole(failures, 'breaker.failures') };
  }
  if (window?.kind !== 'count' && window?.kind !== 'time') {
    throw new InvalidOptionError(
      'breaker.window',
      'must be a countWindow(…) or timeWindow(…) unless failures is given',
    );
  }
  if (slow === undefined) return { window };
  const afterMs = duration(slow.afterMs, 'breaker.slow.afterMs');
  return { window, slow: { afterMs, rate: share(slow.rate, 'breaker.slow.rate') } };
}

function openingsOf(options: BreakerOptions): Pick<BreakerRules, 'growth' | 'openMs' | 'maxOpenMs'> {
  const { open } = options;
  if (open === undefined) {
    const openMs = duration(options.openMs, 'breaker.openMs');
    const maxOpenMs = duration(options.maxOpenMs ?? openMs * 32, 'breaker.maxOpenMs');
    if (maxOpenMs < openMs) throw new InvalidOptionError('breaker.maxOpenMs', 'must not be below openMs');
    return { growth: 'doubling', openMs, maxOpenMs };
  }
  if (options.openMs !== undefined || options.maxOpenMs !== undefined) {
    throw new InvalidOptionError('breaker.open', 'cannot be given together with openMs or maxOpenMs');
  }
  if (typeof open.delayMs !== 'function') {
    throw new InvalidOptionError('breaker.open', 'must be a backoff such as fullJitter("1s", "5m")');
  }
  return {
    growth: open.kind,
    openMs: duration(open.baseMs, 'breaker.open.baseMs'),
    maxOpenMs: duration(open.capMs, 'breaker.open.capMs'),
  };
}

function duration(value: unknown, field: string): number {
  const ms = parseDuration(value, field);
  if (ms <= 0) throw new InvalidOptionError(field, 'must be above 0');
  return ms;
}
