import type { Clock } from '../../clock/clock.ts';
import { parseDuration } from '../../clock/duration.ts';
import type { Duration } from '../../clock/duration.ts';
import { elapsed } from '../../clock/elapsed.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { between } from './checked.ts';
import type { CubicRules } from './cubic.ts';
import { Keyed } from './keyed.ts';
import { LearntRate } from './learnt-rate.ts';
import { RateLimitedError } from './rate-limited-error.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** What makes an adaptive rate. The defaults are those of the AWS SDKs. */
export interface AdaptiveRateOptions {
  /** What a throttle leaves of the rate, above 0 and at most 1; default 0.7. */
  readonly beta?: number;
  /** How fast the rate grows again; default 0.4. */
  readonly scale?: number;
  /** Weight of the last half second in the measured rate, above 0 and at most 1; default 0.8. */
  readonly smooth?: number;
  /** Never less calls per second than this; default 0.5. */
  readonly minRate?: number;
  /** Who would wait longer is refused at once; default `Infinity`. */
  readonly maxWait?: Duration;
  readonly clock?: Clock;
}

/** A learnt rate as people see it. */
export interface AdaptiveRateSnapshot {
  /** Calls per second that are let start; `Infinity` until somebody has throttled. */
  readonly perSecond: number;
  /** Calls per second that really ended, of late. */
  readonly measuredPerSecond: number;
}

/** A rate limiter that learns. */
export interface AdaptiveRate extends RateLimiter {
  learn(throttled: boolean, key?: string): void;
  snapshot(key?: string): AdaptiveRateSnapshot;
}

/**
 * A rate that is found by being throttled, for servers that do not say theirs: nothing is limited until `learn(true)`;
 * then the rate is 0.7 times what was sent, and grows again by CUBIC (see `cubicNext`). Whoever uses it must tell the
 * end of every attempt: `learn(throttled)`. Each key learns for itself, and is forgotten ten minutes after its last use.
 * @throws InvalidOptionError naming the option.
 */
export function adaptiveRate(options: AdaptiveRateOptions = {}): AdaptiveRate {
  const { clock = systemClock, maxWait = Number.POSITIVE_INFINITY } = options;
  const maxWaitMs = maxWait === Number.POSITIVE_INFINITY ? maxWait : parseDuration(maxWait, 'rate.maxWait');
  const rules = cubicRules(options);
  const time = elapsed(clock);
  const rates = new Keyed(
    () => new LearntRate(rules, time()),
    (rate) => rate.isIdle(time()),
  );
  // A clock starts with the first look, so that a rate is measured over the time in which it could be used.
  rates.of(undefined);
  return {
    limit: Number.POSITIVE_INFINITY,
    perMs: 1_000,
    reserve: (key) => {
      const now = time();
      const rate = rates.of(key);
      const waitMs = rate.waitMs(now);
      if (waitMs > maxWaitMs) throw new RateLimitedError(waitMs, maxWaitMs);
      return rate.reserve(now, time);
    },
    pause: (ms, key) => rates.of(key).pause(parseDuration(ms, 'pause.ms'), time()),
    learn: (throttled, key) => rates.of(key).learn(throttled, time()),
    snapshot: (key) => {
      const { enabled, fillRate, measuredRate } = rates.of(key).state;
      return { perSecond: enabled ? fillRate : Number.POSITIVE_INFINITY, measuredPerSecond: measuredRate };
    },
  };
}

function cubicRules(options: AdaptiveRateOptions): CubicRules {
  const most = Number.MAX_VALUE;
  return {
    beta: between(options.beta ?? 0.7, 0, 1, 'rate.beta'),
    scale: between(options.scale ?? 0.4, 0, most, 'rate.scale'),
    smooth: between(options.smooth ?? 0.8, 0, 1, 'rate.smooth'),
    minRate: between(options.minRate ?? 0.5, 0, most, 'rate.minRate'),
    minCapacity: 1,
  };
}
