import type { Category } from '../../classify/verdict.ts';

/** Why a policy stopped trying. */
export type StopReason =
  | 'not-retryable'
  | 'attempts-exhausted'
  | 'deadline'
  | 'retry-after-too-long'
  | 'retry-budget-exhausted'
  | 'circuit-open'
  | 'before-failed'
  | 'stopped'
  | 'part-failed'
  | 'bulkhead-full'
  | 'rate-limited'
  | 'aborted';

/** Why a failure is nobody's fault: the machine slept, or had no network. */
export type Excuse = 'asleep' | 'offline';

/** One attempt that failed. */
export interface AttemptRecord {
  readonly attempt: number;
  readonly category: Category;
  readonly code?: string;
  /** Wall time in ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The wait planned after it, in ms; 0 when there was none. */
  readonly delayMs: number;
  /** Why it did not count. */
  readonly excused?: Excuse;
}

/** What a policy adds to the error it rejects with, as properties that do not enumerate. */
export interface Failure {
  /** The last attempts (at most 32), oldest first. */
  readonly attempts: readonly AttemptRecord[];
  readonly stopReason: StopReason;
  /** How long to wait before it is worth trying again, when that is known. */
  readonly retryAfterMs?: number;
}

const FAILURES = new WeakMap<object, Failure>();

/**
 * An error whose class has a place for a failure, and tells `attempts` and `stopReason` itself: to write them on each
 * error takes a microsecond.
 */
export interface KeepsFailure {
  policyFailure: Failure | undefined;
}

/**
 * What a policy noted on an error, also when the error is frozen. Undefined for other errors and for primitives. Of an
 * error object that ended several runs it is what the last one noted.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (!isObject(error)) return undefined;
  return keepsFailure(error) ? error.policyFailure : FAILURES.get(error);
}

/** Notes the failure on the error, without changing its identity. */
export function enrich(error: unknown, failure: Failure): void {
  if (!isObject(error)) return;
  const { attempts, stopReason, retryAfterMs } = failure;
  if (keepsFailure(error)) {
    error.policyFailure = failure;
  } else {
    FAILURES.set(error, failure);
    write(error, 'attempts', attempts);
    write(error, 'stopReason', stopReason);
  }
  if (retryAfterMs === undefined) return;
  const known = (error as { readonly retryAfterMs?: unknown }).retryAfterMs === retryAfterMs;
  if (!known) write(error, 'retryAfterMs', retryAfterMs);
}

function keepsFailure(error: object): error is KeepsFailure {
  return 'policyFailure' in error;
}

function write(error: object, key: string, value: unknown): void {
  // Reflect reports a frozen error by returning false; failureOf answers for it all the same.
  Reflect.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
