import { seededRandom, VirtualClock } from '../../clock/index.ts';
import { resilient } from '../../index.ts';
import type { AttemptContext, AttemptFunction, PolicyOptions } from '../../index.ts';
import { injectFault } from '../index.ts';
import type { ChaosOptions, ChaosPolicy, CountedChaos } from '../index.ts';

/** A signal that never aborts. */
export const idle = (): AbortSignal => new AbortController().signal;

/** A fault of the network, for tests of which calls are hit. */
export const reset = (options?: ChaosOptions): CountedChaos => injectFault('connection-reset', options);

/** One attempt under a chaos policy alone. */
export async function attempt<T>(
  policy: ChaosPolicy,
  fn: AttemptFunction<T>,
  context: Partial<AttemptContext> = {},
): Promise<T> {
  return await policy.inject(fn)({ signal: idle(), attempt: 1, progress: () => {}, ...context });
}

/** Calls a function under the policy so often; the calls that were hit, by number. */
export async function hits(policy: ChaosPolicy, calls: number): Promise<number[]> {
  const hit: number[] = [];
  for (let call = 1; call <= calls; call += 1) {
    await attempt(policy, () => 'real').catch(() => hit.push(call));
  }
  return hit;
}

/** A policy on a virtual clock, and what was told of late outcomes. */
export interface UnderChaos {
  readonly clock: VirtualClock;
  readonly run: <T>(fn: AttemptFunction<T>) => Promise<T>;
  readonly late: unknown[];
}

/** A `resilient` policy whose function a chaos policy can be put around. */
export function onClock(options: PolicyOptions = {}, clock: VirtualClock = new VirtualClock()): UnderChaos {
  const late: unknown[] = [];
  const policy = resilient('under-chaos', {
    clock,
    random: seededRandom(1),
    onEvent: (event) => {
      if (event.type === 'late') late.push(event.error);
    },
    ...options,
  });
  return { clock, late, run: (fn) => policy.run(fn) };
}
