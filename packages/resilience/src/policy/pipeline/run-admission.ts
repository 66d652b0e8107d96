import { warnOf } from '../../clock/notify.ts';
import type { Permit } from '../breaker/breaker.ts';
import type { Slot } from '../limit/concurrency-limit.ts';
import type { Reservation } from '../limit/rate-limiter.ts';
import { RateLimitedError } from '../limit/rate-limited-error.ts';
import { Place } from './attempt-place.ts';
import type { StopReason } from './failure.ts';
import type { Run } from './run.ts';

/**
 * Leave for the next attempt, from breaker, concurrency and rate. Undefined when it was given at once. What was given
 * is kept in the run, which gives it back.
 * @param asked leave that was asked for already.
 * @throws Refused when a limit would not have the call; the error of the run when it ends here.
 */
export function admit<T>(run: Run<T>, asked?: Permit | Promise<Permit>): Promise<void> | undefined {
  const { breaker, concurrency, rate } = run.plan;
  if (breaker !== undefined) {
    const permit = asked ?? breaker.permitted();
    if (permit instanceof Promise) return admitInTurn(run, { permit });
    if (!permit.allowed) {
      if (!run.plan.retries) throw refusal(run, permit);
      return admitInTurn(run, { permit });
    }
    run.permit = permit;
  }
  if (concurrency !== undefined) {
    const slot = acquire(run);
    if (slot instanceof Promise) return admitInTurn(run, { slot });
    run.place = placeIn(run, slot);
  }
  if (rate !== undefined) {
    run.reservation = reserve(run);
    if (run.reservation.waitMs > 0) return admitInTurn(run, {});
  }
  return undefined;
}

/** A limit of ours would not have the call: nothing was sent, and a rule for the category of the error may try again. */
export class Refused {
  readonly error: unknown;
  readonly stopReason: StopReason;

  constructor(error: unknown, stopReason: StopReason) {
    this.error = error;
    this.stopReason = stopReason;
  }
}

function refusedAs<T>(run: Run<T>, error: unknown, stopReason: StopReason): unknown {
  return run.stopped === undefined ? new Refused(error, stopReason) : error;
}

/** What has been asked for already. */
interface Asked {
  permit?: Permit | Promise<Permit> | undefined;
  slot?: Promise<Slot> | undefined;
}

/**
 * The same where something has to be waited for. While it waits it holds no leave of the breaker, since that may be
 * a probe that others wait for; afterwards the breaker is asked again. A place is not held while the circuit is open.
 */
async function admitInTurn<T>(run: Run<T>, asked: Asked): Promise<void> {
  const { breaker, concurrency, rate } = run.plan;
  let isProbing = false;
  for (;;) {
    if (breaker !== undefined && run.permit === undefined) {
      const permit = await leave(run, asked.permit ?? breaker.permitted());
      asked.permit = undefined;
      if (!permit.allowed) {
        void run.note('none', undefined);
        run.reservation?.cancel();
        run.reservation = undefined;
        isProbing = await waitForCircuit(run, permit, isProbing);
        continue;
      }
      run.permit = permit;
    }
    if (concurrency !== undefined && run.place === undefined) {
      const slot = asked.slot ?? acquire(run);
      asked.slot = undefined;
      run.place = placeIn(run, slot instanceof Promise ? await queued(run, slot) : slot);
      if (run.permit === undefined && breaker !== undefined) continue;
    }
    if (rate !== undefined) {
      run.reservation ??= reserve(run);
      if (run.reservation.waitMs > 0) await waitForTime(run, run.reservation);
      if (run.permit === undefined && breaker !== undefined) continue;
    }
    return;
  }
}

async function leave<T>(run: Run<T>, permit: Permit | Promise<Permit>): Promise<Permit> {
  if (!(permit instanceof Promise)) return permit;
  return await run.orStop(permit, (late) => giveBack(run, late));
}

/** Leave that is not used, so that a probe is free for others. */
function giveBack<T>(run: Run<T>, permit: Permit | undefined): void {
  const recorded = permit?.allowed === true ? run.plan.breaker?.record('none', permit) : undefined;
  if (recorded instanceof Promise) recorded.catch(warnOf);
}

function returnPermit<T>(run: Run<T>): void {
  const { permit } = run;
  run.permit = undefined;
  giveBack(run, permit);
}

/** The error of a run that is refused by its breaker and does not wait. */
export function refusal<T>(run: Run<T>, permit: Permit & { readonly allowed: false }): unknown {
  return run.giveUp(run.plan.breaker?.refusal(permit), 'circuit-open', permit.retryAfterMs);
}

/** Resolves with true when somebody ended the wait: then the circuit is probed now. */
async function waitForCircuit<T>(
  run: Run<T>,
  permit: Permit & { readonly allowed: false },
  isProbing: boolean,
): Promise<boolean> {
  if (!run.plan.retries) throw refusal(run, permit);
  // Refused although it may probe: others are probing, and that is not ours to end.
  const kind = isProbing ? 'turn' : 'circuit';
  const error = run.last?.error ?? run.plan.breaker?.refusal(permit);
  const ended = await run.wait({ kind, ms: permit.retryAfterMs }, error, run.last?.verdict);
  if (ended) run.plan.breaker?.probeNow();
  return ended;
}

function acquire<T>(run: Run<T>): Slot | Promise<Slot> {
  const { concurrency } = run.plan;
  if (concurrency === undefined) throw new TypeError('There is no limit of concurrency.');
  try {
    return concurrency.acquire(run.stopSignal());
  } catch (error) {
    throw refusedAs(run, error, 'bulkhead-full');
  }
}

function placeIn<T>(run: Run<T>, slot: Slot): Place {
  return new Place(slot, () => run.plan.clock.monotonic());
}

async function queued<T>(run: Run<T>, slot: Promise<Slot>): Promise<Slot> {
  returnPermit(run);
  run.tellWait({ kind: 'queue', ms: Number.POSITIVE_INFINITY }, run.last?.verdict);
  try {
    // The queue observes the signal itself; a place that comes all the same is given back.
    return await run.orStop(slot, (late) => late.release('none', 0));
  } catch (error) {
    throw refusedAs(run, error, 'bulkhead-full');
  }
}

function reserve<T>(run: Run<T>): Reservation {
  const { rate } = run.plan;
  if (rate === undefined) throw new TypeError('There is no limit of rate.');
  try {
    return rate.reserve(run.key);
  } catch (error) {
    throw refusedAs(run, error, 'rate-limited');
  }
}

async function waitForTime<T>(run: Run<T>, reservation: Reservation): Promise<void> {
  returnPermit(run);
  try {
    // A pause puts off what has been reserved.
    for (let ms = reservation.waitMs; ms > 0; ms = reservation.waitMs) {
      const { last, leftMs } = run;
      if (ms >= leftMs) throw run.giveUp(last?.error ?? new RateLimitedError(ms, leftMs), 'deadline', ms);
      await run.wait({ kind: 'rate', ms }, last?.error, last?.verdict);
    }
  } catch (error) {
    reservation.cancel();
    throw error;
  }
}
