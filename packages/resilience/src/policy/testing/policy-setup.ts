import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import type { PolicyEvent } from '../events.ts';
import type { PolicyOptions } from '../pipeline/options.ts';
import { resilient } from '../pipeline/resilient.ts';
import type { Policy } from '../pipeline/resilient.ts';
import type { Verdict } from '../../classify/verdict.ts';

/** What a test of a policy works with. */
export interface Setup {
  readonly clock: VirtualClock;
  readonly events: PolicyEvent[];
  /** Monotonic times of the calls made by `failing`. */
  readonly calls: number[];
  readonly policy: Policy;
  readonly failing: (error: () => unknown) => () => Promise<never>;
}

/** A connection reset, as Node reports it. */
export const RESET = (): Error => Object.assign(new Error('reset'), { code: 'ECONNRESET' });

/** A throttle that asks to wait. */
export function throttled(retryAfterMs: number): Error {
  const verdict: Verdict = {
    category: 'rate-limit',
    scope: 'call',
    safeToReplay: 'yes',
    evidence: 'status',
    retryAfterMs,
  };
  return Object.assign(new Error('slow down'), { verdict });
}

/** A policy on a virtual clock, with what it called and what it told. */
export function setup(options: PolicyOptions = {}): Setup {
  const clock = new VirtualClock();
  const events: PolicyEvent[] = [];
  const calls: number[] = [];
  const policy = resilient('test', {
    retry: { network: { attempts: 5, backoff: constant('1s') } },
    clock,
    random: { next: () => 0.5 },
    onEvent: (event) => events.push(event),
    ...options,
  });
  const failing = (error: () => unknown) => async (): Promise<never> => {
    calls.push(clock.monotonic());
    throw error();
  };
  return { clock, events, calls, policy, failing };
}

/** Lets the outcome be looked at without an unhandled rejection meanwhile. */
export function watch<T>(promise: Promise<T>): {
  settled: boolean;
  value?: T;
  error?: unknown;
  promise: Promise<void>;
} {
  const state: { settled: boolean; value?: T; error?: unknown; promise: Promise<void> } = {
    settled: false,
    promise: promise.then(
      (value) => void Object.assign(state, { settled: true, value }),
      (error: unknown) => void Object.assign(state, { settled: true, error }),
    ),
  };
  return state;
}

/** Never settles, whatever its signal says. */
export const stuck = (): Promise<never> => new Promise<never>(() => {});
