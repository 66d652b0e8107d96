import { failureOf } from './failure.ts';
import type { Run } from './run.ts';
import { admit } from './run-admission.ts';
import { goOn } from './run-retry.ts';

/**
 * Runs to the end: admission (breaker, place, rate), attempt, and after a failure verdict and wait, until an attempt
 * succeeds or there is a reason to stop.
 * @throws the last error itself, with what happened noted on it; the caller's reason by identity when it aborts.
 */
export async function execute<T>(run: Run<T>): Promise<T> {
  const { plan, caller } = run;
  if (caller?.aborted === true) throw caller.reason;
  if (plan.begins || caller !== undefined) run.begin();
  try {
    for (;;) {
      let value: T;
      try {
        const waiting = plan.admits ? admit(run) : undefined;
        if (waiting !== undefined) await waiting;
        value = await run.call();
      } catch (error) {
        await goOn(run, error);
        continue;
      }
      if (plan.notes || run.isHeard) {
        const noted = run.succeeded();
        if (noted !== undefined) await noted;
      }
      return value;
    }
  } catch (error) {
    throw ended(run, error);
  } finally {
    run.end();
  }
}

/** What the run rejects with. */
function ended<T>(run: Run<T>, error: unknown): unknown {
  const { caller, stopped } = run;
  // Whatever was under way when the caller stopped the run, the reason is the caller's; it may be shared by many
  // calls, so it is passed on untouched.
  if (caller?.aborted === true) {
    run.tellGiveUp(caller.reason, 'aborted');
    return caller.reason;
  }
  // Timers may run late, so the deadline may pass in the middle of a wait that was to end before it.
  const inWait = stopped !== undefined && error === stopped.reason && failureOf(error) === undefined;
  return inWait ? run.giveUp(error, 'deadline') : error;
}
