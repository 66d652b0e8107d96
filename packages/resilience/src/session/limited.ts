import { awakeTimer } from '../clock/awake-timer.ts';
import type { Clock } from '../clock/clock.ts';
import { TimeoutError } from '../policy/timeout/timeout-error.ts';
import type { TimeoutCode } from '../policy/timeout/timeout-error.ts';

/** How a call that may hang for ever is bounded. */
export interface Limit<T> {
  readonly clock: Clock;
  /** Time lived through until the call is given up; `Infinity` leaves that to the signal. */
  readonly ms: number;
  readonly code?: TimeoutCode;
  /** Gives the call up at once, with its reason by identity. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what the call yields after it was given up. */
  readonly late?: (value: T) => void;
}

/**
 * Makes a call that may ignore its signal. Settles at the deadline, or when the signal aborts, whatever the call
 * does; leaves no listener and no timer; what the call rejects with later is dropped.
 * @throws TimeoutError (`code`, default `ERR_TIMEOUT_ATTEMPT`), `signal.reason`, or what the call threw.
 */
export function limited<T>(call: (signal: AbortSignal) => T | Promise<T>, limit: Limit<T>): Promise<T> {
  const { clock, ms, signal, late } = limit;
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const controller = new AbortController();
  let over = false;
  const end = (): boolean => {
    if (over) return false;
    over = true;
    timer?.cancel();
    signal?.removeEventListener('abort', onAbort);
    return true;
  };
  const giveUp = (reason: unknown): void => {
    if (!end()) return;
    reject(reason);
    controller.abort(reason);
  };
  const onAbort = (): void => giveUp(signal?.reason);
  const timer =
    ms === Infinity
      ? undefined
      : awakeTimer(clock, ms, () => giveUp(new TimeoutError(limit.code ?? 'ERR_TIMEOUT_ATTEMPT', ms)));
  signal?.addEventListener('abort', onAbort, { once: true });
  void started(call, controller.signal).then(
    (value) => {
      if (end()) resolve(value);
      else late?.(value);
    },
    (error: unknown) => {
      if (end()) reject(error);
    },
  );
  return promise;
}

async function started<T>(call: (signal: AbortSignal) => T | Promise<T>, signal: AbortSignal): Promise<T> {
  return call(signal);
}
