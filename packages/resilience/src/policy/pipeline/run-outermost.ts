import { isHeard } from '../../events/publish.ts';
import { emit, nextRun } from '../events.ts';
import type { AttemptFunction } from './attempt.ts';
import { failureOf } from './failure.ts';
import type { Plan } from './options-plan.ts';
import { execute } from './run-loop.ts';
import type { RunOptions } from './run-options.ts';
import { Run } from './run.ts';

/** A run with what lies around it: fallback > coalesce. */
export async function runOutermost<T>(
  plan: Plan,
  fn: AttemptFunction<T>,
  options: RunOptions,
): Promise<unknown> {
  let own: Run<T> | undefined;
  const start = async (signal: AbortSignal | undefined): Promise<T> => {
    own = new Run<T>(plan, fn, signal === undefined ? options : { ...options, signal });
    return await execute(own);
  };
  try {
    return await coalesced(plan, start, options);
  } catch (error) {
    const { fallback, name, onEvent } = plan;
    // Who aborted wants nothing any more.
    if (fallback === undefined || options.signal?.aborted === true) throw error;
    if (isHeard(onEvent)) {
      const about = own?.about() ?? { policy: name, run: nextRun(), attempt: 0 };
      emit(onEvent, { type: 'fallback', ...about, error });
    }
    return await fallback(error, { name, failure: failureOf(error) });
  }
}

/** Calls with the same key share one run; a call without a key is not shared. */
async function coalesced<T>(
  plan: Plan,
  start: (signal: AbortSignal | undefined) => Promise<T>,
  { key, signal }: RunOptions,
): Promise<T> {
  const { coalescer, name, onEvent } = plan;
  if (coalescer === undefined || key === undefined) return await start(signal);
  if (coalescer.has(key) && isHeard(onEvent)) emit(onEvent, { type: 'coalesced', policy: name, key });
  return await coalescer.run(key, start, signal);
}
