import { awakeTimer } from '../../clock/awake-timer.ts';
import type { Clock } from '../../clock/clock.ts';
import { TimeoutError } from '../../policy/timeout/timeout-error.ts';

/** How long to wait for a driver, which has no limits of its own. */
export interface Limit {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits for `work` so long and no longer. What it does later is nobody's business any more: it is not reported.
 * @throws TimeoutError (`ERR_TIMEOUT_CALL`), `signal.reason`, or what `work` rejects with.
 */
export async function within<T>(limit: Limit, work: Promise<T>): Promise<T> {
  const { clock, ms, signal } = limit;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal?.reason);
  const timer = awakeTimer(clock, ms, () => reject(new TimeoutError('ERR_TIMEOUT_CALL', ms)));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}
