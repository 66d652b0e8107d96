import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import { InvalidOptionError } from '../../errors.ts';
import { checkFields } from '../../known-fields.ts';
import type { Known } from '../../known-fields.ts';

/** Judges the last so many calls. Plain data; the same value may serve many breakers. */
export interface CountWindow {
  readonly kind: 'count';
  /** How many calls it looks back over. */
  readonly calls: number;
  /** Opens when more than this share of the calls failed; with 1, when all of them did. */
  readonly failureRate: number;
  /** So many calls must be in the window before it judges. */
  readonly minimum: number;
}

/** Judges the calls of the last while, kept as counts in buckets. Plain data; the same value may serve many breakers. */
export interface TimeWindow {
  readonly kind: 'time';
  /** How far it looks back, in ms: exactly so far at the end of a bucket, up to a bucket less at its beginning. */
  readonly lengthMs: number;
  /** Into how many buckets of equal length it is divided. */
  readonly buckets: number;
  /** Opens when more than this share of the calls failed; with 1, when all of them did. */
  readonly failureRate: number;
  /** So many calls must be in the window before it judges. */
  readonly minimum: number;
}

/** What makes a window of calls. */
export interface CountWindowOptions {
  /** 1 to 100,000. */
  readonly calls: number;
  /** 0 to 1: opens when more than this share failed; with 1, when all did. */
  readonly failureRate: number;
  /** Judges from so many calls on; default `calls`, and never more. */
  readonly minimum?: number;
}

/** What makes a window of time. */
export interface TimeWindowOptions {
  /** Should be longer than nearly all calls take, or failures that come late are forgotten before they add up. */
  readonly length: Duration;
  /** 0 to 1: opens when more than this share failed; with 1, when all did. */
  readonly failureRate: number;
  /** Judges from so many calls on; default 10. */
  readonly minimum?: number;
  /** The same as calls per second over the whole length, rounded up; instead of `minimum`. */
  readonly minimumRps?: number;
  /** 1 to 1,000; default 10. */
  readonly buckets?: number;
}

const MOST_CALLS = 100_000;
const MOST_BUCKETS = 1_000;
const DEFAULT_MINIMUM = 10;
const DEFAULT_BUCKETS = 10;

const COUNT: Known<CountWindowOptions> = { calls: true, failureRate: true, minimum: true };

/**
 * Judges the last so many calls: `countWindow({ calls: 100, failureRate: 0.5 })`. For steady traffic.
 * @throws InvalidOptionError naming the option.
 */
export function countWindow(options: CountWindowOptions): CountWindow {
  checkFields(options, Object.keys(COUNT), 'window.');
  const calls = whole(options.calls, 'window.calls', MOST_CALLS);
  return Object.freeze({
    kind: 'count',
    calls,
    failureRate: share(options.failureRate, 'window.failureRate'),
    minimum: whole(options.minimum ?? calls, 'window.minimum', calls),
  });
}

const TIME: Known<TimeWindowOptions> = {
  length: true,
  failureRate: true,
  minimum: true,
  minimumRps: true,
  buckets: true,
};

/**
 * Judges the calls of the last while: `timeWindow({ length: '10s', failureRate: 0.5 })`. For traffic that comes and goes.
 * @throws InvalidOptionError naming the option.
 */
export function timeWindow(options: TimeWindowOptions): TimeWindow {
  checkFields(options, Object.keys(TIME), 'window.');
  const lengthMs = parseDuration(options.length, 'window.length');
  if (lengthMs <= 0) throw new InvalidOptionError('window.length', 'must be above 0');
  return Object.freeze({
    kind: 'time',
    lengthMs,
    buckets: whole(options.buckets ?? DEFAULT_BUCKETS, 'window.buckets', MOST_BUCKETS),
    failureRate: share(options.failureRate, 'window.failureRate'),
    minimum: minimumOf(options, lengthMs),
  });
}

function minimumOf({ minimum, minimumRps }: TimeWindowOptions, lengthMs: number): number {
  if (minimumRps === undefined) return whole(minimum ?? DEFAULT_MINIMUM, 'window.minimum');
  if (minimum !== undefined) {
    throw new InvalidOptionError('window.minimumRps', 'cannot be given together with minimum');
  }
  if (!(Number.isFinite(minimumRps) && minimumRps > 0)) {
    throw new InvalidOptionError('window.minimumRps', 'must be a number above 0');
  }
  // 1.1 * 10,000 is a little above 11,000; what products of fractions leave over asks for no further call.
  return whole(Math.max(1, Math.ceil((minimumRps * lengthMs) / 1_000 - 1e-9)), 'window.minimumRps');
}

/** A share of calls, 0 to 1. @throws InvalidOptionError naming `field`. */
export function share(value: number, field: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new InvalidOptionError(field, 'must be a number from 0 to 1');
}

/** A whole number from 1 to `most`. @throws InvalidOptionError naming `field`. */
export function whole(value: number, field: string, most: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  const limit = most === Number.MAX_SAFE_INTEGER ? 'of at least 1' : `from 1 to ${most}`;
  throw new InvalidOptionError(field, `must be a whole number ${limit}`);
}
