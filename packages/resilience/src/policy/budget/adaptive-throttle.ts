import { classify } from '../../classify/classify.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import { elapsed } from '../../clock/elapsed.ts';
import type { Random } from '../../clock/random.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import { RollingCounts } from '../breaker/rolling-counts.ts';
import type { Classifier } from '../pipeline/options.ts';
import { acceptance } from './throttle.ts';
import type { Throttle } from './throttle.ts';
import { ThrottledError } from './throttled-error.ts';

/** What makes an adaptive throttle. */
export interface AdaptiveThrottleOptions {
  /** Names it in errors. */
  readonly name: string;
  /** So many calls are sent for each that is accepted, at least 1; default 2. Lower sheds more, and learns later. */
  readonly k?: number;
  /** How far it looks back; default two minutes. Should be longer than nearly all calls take. */
  readonly window?: Duration;
  /** The largest share that is shed, 0 to 1; default 1, where with nothing accepted about one call a window passes. */
  readonly maxRejection?: number;
  /** Judges what `run` threw; default `classify`. */
  readonly classify?: Classifier;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A throttle that can also run calls itself. */
export interface AdaptiveThrottle extends Throttle {
  /**
   * Makes the call, unless it is shed, and records what came of it.
   * @throws ThrottledError (`ERR_THROTTLED`) when the call is shed; else what `fn` threw.
   */
  run<T>(fn: () => Promise<T> | T): Promise<T>;
  /** The share of calls that it sheds now, 0 to 1. */
  rejection(): number;
}

const REQUESTS = 0;
const ACCEPTS = 1;
const BUCKETS = 10;

/**
 * Client-side throttling of the SRE book ("Handling Overload"): over the window, a call is shed with probability
 * max(0, (requests − k · accepts) / (requests + 1)), where requests are all calls that were asked for, shed ones
 * included, and accepts those that the other side took on. They are counted before they are made.
 * @throws InvalidOptionError naming the option.
 */
export function adaptiveThrottle(options: AdaptiveThrottleOptions): AdaptiveThrottle {
  const { name, k = 2, maxRejection = 1, clock = systemClock, random = systemRandom } = options;
  if (typeof name !== 'string' || name === '')
    throw new InvalidOptionError('throttle.name', 'must be a text');
  if (!(Number.isFinite(k) && k >= 1))
    throw new InvalidOptionError('throttle.k', 'must be a number of at least 1');
  if (!(maxRejection >= 0 && maxRejection <= 1)) {
    throw new InvalidOptionError('throttle.maxRejection', 'must be a number from 0 to 1');
  }
  const lengthMs = parseDuration(options.window ?? '2m', 'throttle.window');
  if (lengthMs <= 0) throw new InvalidOptionError('throttle.window', 'must be above 0');
  const counts = new RollingCounts({ lengthMs, buckets: BUCKETS }, 2, elapsed(clock));
  const rejection = (): number => {
    counts.move();
    // Requests that were taken back may belong to a bucket that is gone.
    const requests = Math.max(0, counts.sum(REQUESTS));
    const share = (requests - k * counts.sum(ACCEPTS)) / (requests + 1);
    return Math.min(maxRejection, Math.max(0, share));
  };
  const admits = (): boolean => {
    const rejected = rejection();
    counts.add(REQUESTS);
    return rejected === 0 || random.next() >= rejected;
  };
  const record: Throttle['record'] = (outcome) => {
    counts.move();
    if (outcome === 'success') counts.add(ACCEPTS);
    // No evidence: as if it had never been asked for.
    if (outcome === 'none') counts.add(REQUESTS, -1);
  };
  const judge = options.classify ?? classify;
  const run = async <T>(fn: () => Promise<T> | T): Promise<T> => {
    const rejected = rejection();
    if (!admits()) throw new ThrottledError(name, rejected);
    try {
      const value = await fn();
      record('success');
      return value;
    } catch (error) {
      record(acceptance(judge(error, {}).category));
      throw error;
    }
  };
  return { name, admits, record, run, rejection };
}
