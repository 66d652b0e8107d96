import type { AttemptSink } from './attempt.ts';
import type { Run } from './run.ts';
import { admit, refusal } from './run-admission.ts';
import type { Permit } from '../breaker/breaker.ts';
import { goOn, mayGoOn } from './run-retry.ts';

/**
 * Runs to the end: admission (breaker, place, rate), attempt, and after a failure verdict and wait, until an attempt
 * succeeds or there is a reason to stop. A first attempt before which nothing has to be waited for, and which only a
 * limit of its own can interrupt, is made without the loop: most runs are no more than that.
 * @throws the last error itself, with what happened noted on it; the caller's reason by identity when it aborts.
 */
export function execute<T>(run: Run<T>): Promise<T> {
  const { plan, caller } = run;
  if (!plan.isQuick || caller !== undefined) return loop(run, {});
  const permit = plan.breaker?.permitted();
  if (permit !== undefined) {
    if (permit instanceof Promise) return loop(run, { permit });
    if (!permit.allowed) return plan.retries ? loop(run, { permit }) : rejected(refusal(run, permit));
    run.permit = permit;
  }
  const { promise, resolve } = Promise.withResolvers<T>();
  if (plan.interrupts || plan.notes || run.isHeard) run.callFor(new FirstAttempt(run, resolve));
  else callPlainly(run, resolve);
  return promise;
}

/** In a function of its own, so that other runs do not pay for what its closure holds. */
function callPlainly<T>(run: Run<T>, resolve: (result: T | Promise<T>) => void): void {
  run.callPlainly().then(resolve, (error: unknown) => resolve(loop(run, { failed: { error } })));
}

/** Rejects when the caller has had time to take the promise: Node notes a rejection that nobody handles, for long. */
function rejected(error: unknown): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  queueMicrotask(() => reject(error));
  return promise;
}

/** Takes the result of a first attempt; the loop goes on where it failed. */
class FirstAttempt<T> implements AttemptSink<T> {
  readonly #run: Run<T>;
  readonly #resolve: (result: T | Promise<T>) => void;

  constructor(run: Run<T>, resolve: (result: T | Promise<T>) => void) {
    this.#run = run;
    this.#resolve = resolve;
  }

  succeed(value: T): void {
    const noted = noteSuccess(this.#run);
    if (noted === undefined) this.#resolve(value);
    else this.#resolve(noted.then(() => value));
  }

  fail(error: unknown): void {
    this.#resolve(loop(this.#run, { failed: { error } }));
  }
}

/** Where the loop begins: with leave that was asked for, or after an attempt that failed. */
interface Start {
  readonly permit?: Permit | Promise<Permit>;
  readonly failed?: { readonly error: unknown };
}

async function loop<T>(run: Run<T>, start: Start): Promise<T> {
  const { plan, caller } = run;
  if (caller?.aborted === true) throw caller.reason;
  if (plan.begins || caller !== undefined) run.begin();
  let { permit } = start;
  try {
    if (start.failed !== undefined) await goOn(run, start.failed.error);
    for (;;) {
      let value: T;
      try {
        const waiting = plan.admits ? admit(run, permit) : undefined;
        permit = undefined;
        if (waiting !== undefined) await waiting;
        value = await run.call();
      } catch (error) {
        // Else the admission ended the run.
        if (!mayGoOn(run, error)) throw error;
        await goOn(run, error);
        continue;
      }
      const noted = noteSuccess(run);
      // Who stops the run now need not wait for a state store that hangs. What was achieved stands.
      if (noted !== undefined) await run.orStop(noted, NOTHING).catch(NOTHING);
      return value;
    }
  } catch (error) {
    throw ended(run, error);
  } finally {
    run.end();
  }
}

const NOTHING = (): void => {};

function noteSuccess<T>(run: Run<T>): Promise<void> | undefined {
  return run.plan.notes || run.isHeard ? run.succeeded() : undefined;
}

/** What the run rejects with. */
function ended<T>(run: Run<T>, error: unknown): unknown {
  const { caller, stopped } = run;
  if (run.gaveUp) return error;
  // Whatever was under way when the caller stopped the run, the reason is the caller's; it may be shared by many
  // calls, so it is passed on untouched.
  if (caller?.aborted === true) {
    run.tellGiveUp(caller.reason, 'aborted');
    return caller.reason;
  }
  // Timers may run late, so the deadline may pass in the middle of a wait that was to end before it.
  const inWait = stopped !== undefined && error === stopped.reason;
  return run.giveUp(error, inWait ? 'deadline' : 'part-failed');
}
