import type { AttemptContext, AttemptFunction } from '../policy/pipeline/attempt.ts';
import type { ChaosPolicy } from '../policy/pipeline/chaos-policy.ts';
import { Draw } from './draw.ts';
import type { ChaosCall, ChaosPlan } from './options.ts';

/** A chaos policy that counts. Its counters belong to the value: make a new one for each test. */
export interface CountedChaos extends ChaosPolicy {
  /** Calls that were looked at; none while `enabled` says false. */
  readonly calls: number;
  /** Faults that took effect. */
  readonly injected: number;
  /** Faults without which a test has shown nothing; see `assertFired`. */
  readonly planned: number;
}

/** A call that was chosen. */
export interface Chosen<T> {
  readonly call: ChaosCall;
  /** Calls the function. */
  readonly proceed: () => Promise<T>;
  /** Counts the fault; to be called when it takes effect. */
  readonly hit: () => void;
}

/** What a policy does with a chosen call. */
export type Effect = <T>(chosen: Chosen<T>) => Promise<T>;

/** A policy that lets calls pass, and hands the chosen ones to the effect. */
export function injector({ name, planned, ...plan }: ChaosPlan, effect: Effect): CountedChaos {
  const draw = new Draw({ name, planned, ...plan });
  return {
    name,
    planned,
    get calls() {
      return draw.calls;
    },
    get injected() {
      return draw.injected;
    },
    inject:
      <T>(fn: AttemptFunction<T>) =>
      async (context: AttemptContext): Promise<T> => {
        const call = draw.next(context);
        if (call === undefined) return await fn(context);
        return await effect({ call, proceed: async () => await fn(context), hit: () => draw.hit() });
      },
  };
}
