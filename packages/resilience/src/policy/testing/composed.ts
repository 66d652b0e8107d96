import { VirtualClock } from '../../clock/index.ts';
import type { AttemptContext } from '../pipeline/attempt.ts';
import type { PolicyEvent } from '../events.ts';
import type { PolicyOptions } from '../pipeline/options.ts';
import { resilient } from '../pipeline/resilient.ts';
import type { Policy } from '../pipeline/resilient.ts';
import type { RunOptions } from '../pipeline/run-options.ts';
import { RESET, watch } from './policy-setup.ts';

/** What one call of the protected function does. */
export type Step = (context: AttemptContext, clock: VirtualClock) => Promise<string>;

/** Succeeds after so long, unless its signal aborts. */
export function ok(ms = 0, value = 'ok'): Step {
  return async ({ signal }, clock) => {
    if (ms > 0) await clock.sleep(ms, { signal });
    return value;
  };
}

/** Fails after so long, by default with a lost connection. */
export function bad(ms = 0, error: () => unknown = RESET): Step {
  return async ({ signal }, clock) => {
    if (ms > 0) await clock.sleep(ms, { signal });
    throw error();
  };
}

/** Succeeds after so long, whatever its signal says. */
export function deaf(ms: number, value = 'late'): Step {
  return async (_context, clock) => {
    await clock.sleep(ms);
    return value;
  };
}

/** Fails after so long, whatever its signal says. */
export function deafBad(ms: number): Step {
  return async (_context, clock) => {
    await clock.sleep(ms);
    throw RESET();
  };
}

/** Calls `progress` every `ms`, so often, and succeeds then. */
export function busy(ms: number, times: number): Step {
  return async ({ signal, progress }, clock) => {
    for (let n = 0; n < times; n += 1) {
      await clock.sleep(ms, { signal });
      progress();
    }
    return 'busy';
  };
}

/** A policy of several stages on a virtual clock. */
export interface Composed {
  readonly clock: VirtualClock;
  readonly policy: Policy<string>;
  readonly events: PolicyEvent[];
  /** Monotonic times at which the function was called. */
  readonly starts: number[];
  /** Runs a function that takes these steps, one a call; the last one again and again. */
  run(steps: readonly Step[], options?: RunOptions): ReturnType<typeof watch<string>>;
  /** How many events of a type were told. */
  count(type: PolicyEvent['type']): number;
}

/** @param make the stages, on the clock of the test. */
export function compose(make: (clock: VirtualClock) => PolicyOptions<string>): Composed {
  const clock = new VirtualClock();
  const events: PolicyEvent[] = [];
  const starts: number[] = [];
  const policy = resilient<string>('composed', {
    clock,
    random: { next: () => 0 },
    onEvent: (event) => events.push(event),
    ...make(clock),
  });
  return {
    clock,
    policy,
    events,
    starts,
    run: (steps, options) => {
      let calls = 0;
      return watch(
        policy.run<string>((context) => {
          const step = steps[Math.min(calls, steps.length - 1)] ?? ok();
          calls += 1;
          starts.push(clock.monotonic());
          return step(context, clock);
        }, options),
      );
    },
    count: (type) => events.filter((event) => event.type === type).length,
  };
}
