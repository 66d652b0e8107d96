import { awakeTimer } from '../clock/awake-timer.ts';
import type { Clock } from '../clock/clock.ts';
import { TimeoutError } from '../policy/timeout/timeout-error.ts';
import type { TimeoutCode } from '../policy/timeout/timeout-error.ts';

/** What ends the waiting for a call. */
export interface Limit {
  readonly clock: Clock;
  readonly signals: readonly AbortSignal[];
  /** In time that the process lived through; none by default. */
  readonly ms?: number | undefined;
  readonly code?: TimeoutCode;
}

/**
 * Waits for a call, but no longer than its limit and its signals allow; the call itself goes on unheard.
 * @throws TimeoutError, or the reason of a signal by identity, without a call when it has aborted already.
 */
export async function withinLimit<T>(
  call: () => Promise<T>,
  { clock, signals, ms, code = 'ERR_TIMEOUT_ATTEMPT' }: Limit,
): Promise<T> {
  for (const signal of signals) signal.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const onAbort = (event: Event): void => reject((event.target as AbortSignal).reason);
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  const timer =
    ms === undefined ? undefined : awakeTimer(clock, ms, () => reject(new TimeoutError(code, ms)));
  try {
    return await Promise.race([call(), over]);
  } finally {
    timer?.cancel();
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  }
}
