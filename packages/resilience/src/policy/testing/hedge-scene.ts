import { getEventListeners } from 'node:events';
import { expect } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import type { AttemptContext, AttemptFunction } from '../pipeline/attempt.ts';
import { hedged } from '../pipeline/hedge.ts';
import type { HedgePlan } from '../pipeline/hedge.ts';
import { watch } from './policy-setup.ts';

/** One call of the hedged function, to be answered by the test. */
export interface Call {
  readonly at: number;
  readonly context: AttemptContext;
  readonly signal: AbortSignal;
  answer(value: string): void;
  fail(error: unknown): void;
}

/** A hedged function and what became of it. */
export interface Scene {
  readonly clock: VirtualClock;
  readonly calls: Call[];
  readonly log: unknown[];
  readonly attempt: AbortController;
  progress: number;
  /** The call of this number, 0 for the first. */
  call(number: number): Call;
  run(): ReturnType<typeof watch<string>>;
}

/** Two further copies, 100 ms after one another. */
export const AFTER_100: HedgePlan = { afterMs: () => 100, copies: 2 };

/** A function under a plan, whose calls obey their signals unless they are deaf. */
export function scene(plan: HedgePlan = AFTER_100, { isDeaf = false } = {}): Scene {
  const clock = new VirtualClock();
  const calls: Call[] = [];
  const log: unknown[] = [];
  const attempt = new AbortController();
  const fn: AttemptFunction<string> = (context) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const { signal } = context;
    calls.push({ at: clock.monotonic(), context, signal, answer: resolve, fail: reject });
    if (!isDeaf) signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    return promise;
  };
  const wrapped = hedged(fn, plan, {
    clock,
    onHedge: (copy) => log.push(`hedge ${copy}`),
    onLoser: (outcome, value) => log.push([outcome, value]),
  });
  const it = { clock, calls, log, attempt, progress: 0 };
  const call = (number: number): Call => {
    const found = calls[number];
    if (found === undefined) throw new Error(`call ${number} was not made`);
    return found;
  };
  const context = { signal: attempt.signal, attempt: 3, progress: () => void (it.progress += 1) };
  const run = (): ReturnType<typeof watch<string>> => watch((async () => await wrapped(context))());
  return Object.assign(it, { call, run });
}

/** No timer and no listener. */
export function expectNothingLeft(it: Scene): void {
  expect(it.clock.pending).toBe(0);
  expect(getEventListeners(it.attempt.signal, 'abort')).toHaveLength(0);
}
