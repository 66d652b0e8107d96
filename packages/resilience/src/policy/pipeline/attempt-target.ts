import { emit } from '../events.ts';
import { Attempt } from './attempt.ts';
import type { AttemptContext, AttemptFunction, AttemptWatcher } from './attempt.ts';
import type { Place } from './attempt-place.ts';
import { hedged } from './hedge.ts';
import type { Plan } from './options-plan.ts';

/** The run whose attempt it is. */
export interface AttemptHost extends AttemptWatcher {
  readonly plan: Plan;
  readonly attempt: number;
  readonly place: Place | undefined;
  readonly isHeard: boolean;
  /** What all events of the run carry. */
  about(): { readonly policy: string; readonly run: number; readonly attempt: number };
}

/** What an attempt with hedging calls: the function and its copies, each under limits of its own. */
export function targetOf<T>(run: AttemptHost, fn: AttemptFunction<T>): AttemptFunction<T> {
  const { plan, place, attempt } = run;
  if (plan.hedge === undefined) return fn;
  return hedged<T>((context) => limited(run, fn, context, place), plan.hedge, {
    clock: plan.clock,
    classify: plan.classify,
    onHedge: (copy) => {
      if (run.isHeard) emit(plan.onEvent, { type: 'hedge', ...run.about(), attempt, copy });
    },
    onLoser: (outcome, value) => run.late(attempt, outcome, value),
  });
}

/** One copy, which ends with its own limits or when its signal aborts. */
async function limited<T>(
  run: AttemptHost,
  fn: AttemptFunction<T>,
  context: AttemptContext,
  place: Place | undefined,
): Promise<T> {
  const { plan } = run;
  const { signal } = context;
  const copy = new Attempt<T>(plan, run, context.attempt, plan.clock.monotonic(), place);
  const onAbort = (): void => copy.abandon(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    copy.start(fn, { succeed: resolve, fail: reject });
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
