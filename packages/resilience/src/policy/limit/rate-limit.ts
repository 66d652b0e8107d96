import type { Clock } from '../../clock/clock.ts';
import { parseDuration } from '../../clock/duration.ts';
import type { Duration } from '../../clock/duration.ts';
import { elapsed } from '../../clock/elapsed.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import { whole } from './checked.ts';
import { GcraSchedule } from './gcra.ts';
import { Keyed } from './keyed.ts';
import { RateLimitedError } from './rate-limited-error.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { checkFields } from '../../known-fields.ts';
import type { Known } from '../../known-fields.ts';

/** What a rate limit has besides its rate. */
export interface RateLimitExtras {
  /** So many calls may start at once after a rest; default 1. */
  readonly burst?: number;
  /** Who would wait longer is refused at once; default `Infinity`. */
  readonly maxWait?: Duration;
  readonly clock?: Clock;
}

/** What makes a rate limit. */
export interface RateLimitOptions extends RateLimitExtras {
  /** Calls … */
  readonly limit: number;
  /** … in so much time, spread evenly. */
  readonly per: Duration;
}

const KNOWN: Known<RateLimitOptions> = { limit: true, per: true, burst: true, maxWait: true, clock: true };

/**
 * So many calls in so much time, smoothly: their starts are `per / limit` apart, after a rest up to `burst` of them come
 * at once, and no window ends at which callers stall or throng (GCRA, see `GcraSchedule`). Each key has the whole limit
 * for itself. In any time t at most `burst + t · limit / per` calls of a key are let start. Who cancels gives the start
 * to whoever asks next; those who hold later ones keep theirs. Sleep of the machine counts as time, and a clock that is
 * set changes nothing. Also as text: `rateLimit('1/3s')`, `rateLimit('100/m', { burst: 10 })`.
 * @throws InvalidOptionError naming the option.
 */
export function rateLimit(options: RateLimitOptions | string, extras: RateLimitExtras = {}): RateLimiter {
  const given = { ...(typeof options === 'string' ? parseRate(options) : options), ...extras };
  checkFields(given, Object.keys(KNOWN), 'rate.');
  const { clock = systemClock, maxWait = Number.POSITIVE_INFINITY } = given;
  const limit = whole(given.limit, 1, 'rate.limit');
  const perMs = parseDuration(given.per, 'rate.per');
  if (perMs <= 0) throw new InvalidOptionError('rate.per', 'must be above 0');
  const maxWaitMs = maxWait === Number.POSITIVE_INFINITY ? maxWait : parseDuration(maxWait, 'rate.maxWait');
  const rules = { intervalMs: perMs / limit, burst: whole(given.burst ?? 1, 1, 'rate.burst') };
  const time = elapsed(clock);
  const schedules = new Keyed(
    () => new GcraSchedule(rules),
    (schedule) => schedule.isIdle(time()),
  );
  return {
    limit,
    perMs,
    reserve: (key) => {
      const now = time();
      const schedule = schedules.of(key);
      const waitMs = schedule.waitMs(now);
      if (waitMs > maxWaitMs) throw new RateLimitedError(waitMs, maxWaitMs);
      return schedule.reserve(now, time);
    },
    pause: (ms, key) => schedules.of(key).pause(parseDuration(ms, 'pause.ms'), time()),
  };
}

/**
 * A rate limit for each origin: keys may be whole addresses, of which `https://host:port` counts. What is no address is
 * a key as it stands.
 * @throws InvalidOptionError naming the option.
 */
export function perOrigin(options: RateLimitOptions | string, extras: RateLimitExtras = {}): RateLimiter {
  const limiter = rateLimit(options, extras);
  return {
    limit: limiter.limit,
    perMs: limiter.perMs,
    reserve: (key) => limiter.reserve(originOf(key)),
    pause: (ms, key) => limiter.pause(ms, originOf(key)),
  };
}

function originOf(key: string | undefined): string | undefined {
  const origin = key === undefined ? undefined : URL.parse(key)?.origin;
  // Addresses without a host, such as file:, have the origin "null".
  return origin === undefined || origin === 'null' ? key : origin;
}

/** `1/3s`, `10/s`, `100/1m`. */
function parseRate(text: string): Pick<RateLimitOptions, 'limit' | 'per'> {
  const [, limit, count, unit] = /^\s*(\d+)\s*\/\s*(\d*\.?\d*)(ms|s|m|h|d)\s*$/.exec(text) ?? [];
  if (limit === undefined || count === undefined || unit === undefined) {
    throw new InvalidOptionError(
      'rate',
      `must be options or a rate such as "1/3s" or "100/m", not ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
  return { limit: Number(limit), per: `${count === '' ? '1' : count}${unit}` };
}
