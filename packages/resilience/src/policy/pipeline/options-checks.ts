import { CATEGORIES } from '../../classify/verdict.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import { InvalidOptionError } from '../../errors.ts';
import { checkFields } from '../../known-fields.ts';
import type { HedgePlan } from './hedge.ts';
import type { HedgeOptions, PolicyOptions, RetryRule, RetryRules, StallOptions } from './options.ts';

/** What each part must be able to do, and how to say so. */
const PARTS: readonly (readonly [field: string, method: string, problem: string])[] = [
  ['stop', 'shouldStop', 'must be a stop such as afterAttempts(10)'],
  ['budget', 'take', 'must be a budget such as tokenBucket({ capacity: 20, refillMs: "10s" })'],
  ['breaker', 'permitted', 'must be made by breaker()'],
  ['concurrency', 'acquire', 'must be a limit such as bulkhead({ concurrent: 10 })'],
  ['rate', 'reserve', 'must be a limit such as rateLimit("1/3s")'],
  ['chaos', 'inject', 'must be a chaos policy of @holdfast/resilience/chaos'],
  ['machine', 'subscribe', 'must be made by machineSignals() of @holdfast/resilience/awake'],
  ['clock', 'monotonic', 'must be a clock'],
  ['random', 'next', 'must be a source of randomness such as seededRandom(1)'],
];

const FUNCTIONS: readonly (keyof PolicyOptions<unknown>)[] = ['fallback', 'dispose', 'classify', 'onEvent'];

const KNOWN: readonly string[] = [
  ...PARTS.map(([field]) => field),
  ...FUNCTIONS,
  'coalesce',
  'deadline',
  'retry',
  'hedge',
  'attemptTimeout',
  'stall',
];

const RULE_FIELDS: readonly (keyof RetryRule)[] = [
  'attempts',
  'backoff',
  'respectRetryAfter',
  'codes',
  'before',
];

/** Checks everything but lengths of time. @throws InvalidOptionError naming the field. */
export function checkOptions(name: string, options: PolicyOptions<unknown>): void {
  if (typeof name !== 'string' || name === '') throw new InvalidOptionError('name', 'must be a text');
  checkObject(options, 'options', 'must be an object; {} gives a policy that only calls');
  const given = options as Readonly<Record<string, unknown>>;
  checkFields(given, KNOWN);
  for (const [field, method, problem] of PARTS) {
    const part = given[field];
    if (part !== undefined && !hasMethod(part, method)) throw new InvalidOptionError(field, problem);
  }
  for (const field of FUNCTIONS) {
    const value = given[field];
    if (value !== undefined && typeof value !== 'function') {
      throw new InvalidOptionError(field, 'must be a function');
    }
  }
  const { coalesce, retry } = options;
  if (coalesce !== undefined && typeof coalesce !== 'boolean') {
    throw new InvalidOptionError('coalesce', 'must be true or false');
  }
  if (retry !== undefined && retry !== 'default') checkRules(retry);
}

function checkObject(value: unknown, field: string, problem: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError(field, problem);
  }
}

function hasMethod(part: unknown, method: string): boolean {
  return typeof (Object(part) as Readonly<Record<string, unknown>>)[method] === 'function';
}

/** A limit in ms. @throws InvalidOptionError unless it is above 0. */
export function limitMs(value: Duration | undefined, field: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = parseDuration(value, field);
  if (ms <= 0) throw new InvalidOptionError(field, 'must be above 0');
  return ms;
}

/** The stall limit, unless it is off. @throws InvalidOptionError naming the field. */
export function stallOptions(
  value: Duration | StallOptions | undefined,
): { readonly ms: number; readonly mode: 'warn' | 'enforce' } | undefined {
  if (typeof value !== 'object' || value === null) {
    const ms = limitMs(value, 'stall');
    return ms === undefined ? undefined : { ms, mode: 'enforce' };
  }
  checkFields(value, ['after', 'mode'], 'stall.');
  const { after, mode = 'enforce' } = value;
  if (!['off', 'warn', 'enforce'].includes(mode)) {
    throw new InvalidOptionError('stall.mode', "must be 'off', 'warn' or 'enforce'");
  }
  const ms = parseDuration(after, 'stall.after');
  if (ms <= 0) throw new InvalidOptionError('stall.after', 'must be above 0');
  return mode === 'off' ? undefined : { ms, mode };
}

/** When copies start. @throws InvalidOptionError naming the field. */
export function hedgePlan(options: HedgeOptions): HedgePlan {
  checkObject(options, 'hedge', 'must be an object such as { after: "2s" }');
  checkFields(options, ['after', 'copies'], 'hedge.');
  const { after, copies = 1 } = options;
  if (!Number.isSafeInteger(copies) || copies < 0) {
    throw new InvalidOptionError('hedge.copies', 'must be a whole number >= 0');
  }
  if (typeof after === 'function') return { copies, afterMs: (copy) => delayOf(() => after(copy)) };
  const ms = parseDuration(after, 'hedge.after');
  return { copies, afterMs: () => ms };
}

/** A delay that is not told, or cannot be understood, starts no copy: a running attempt must not fail by it. */
function delayOf(after: () => Duration): number {
  try {
    return parseDuration(after(), 'hedge.after');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function checkRules(rules: unknown): void {
  checkObject(rules, 'retry', "must be rules by category or 'default'");
  for (const [category, rule] of Object.entries(rules as RetryRules)) {
    const field = `retry.${category}`;
    if (!(CATEGORIES as readonly string[]).includes(category)) {
      throw new InvalidOptionError(field, `is not a category; known are ${CATEGORIES.join(', ')}`);
    }
    if (category === 'cancelled')
      throw new InvalidOptionError(field, 'cannot be given: a cancelled call stays cancelled');
    checkRule(rule, field);
  }
}

function checkRule(rule: RetryRule, field: string): void {
  checkObject(rule, field, 'must be a rule such as { attempts: 5 }');
  checkFields(rule, RULE_FIELDS, `${field}.`);
  const { attempts, backoff, before, codes, respectRetryAfter } = rule;
  if (!(attempts === Number.POSITIVE_INFINITY || (Number.isInteger(attempts) && attempts >= 0))) {
    throw new InvalidOptionError(`${field}.attempts`, 'must be a whole number >= 0 or Infinity');
  }
  if (backoff !== undefined && !hasMethod(backoff, 'delayMs')) {
    throw new InvalidOptionError(`${field}.backoff`, 'must be a backoff such as fullJitter("1s", "5m")');
  }
  if (before !== undefined && typeof before !== 'function') {
    throw new InvalidOptionError(`${field}.before`, 'must be a function');
  }
  if (codes !== undefined && !(Array.isArray(codes) && codes.every((code) => typeof code === 'string'))) {
    throw new InvalidOptionError(`${field}.codes`, 'must be a list of codes');
  }
  if (respectRetryAfter !== undefined && typeof respectRetryAfter !== 'boolean') {
    throw new InvalidOptionError(`${field}.respectRetryAfter`, 'must be true or false');
  }
}
