import type { Clock, SleepOptions } from './clock.ts';

/** `Clock.sleep` in terms of `Clock.timer`, shared by all clocks. Leaves no listener on the signal. */
export function sleepOn(clock: Pick<Clock, 'timer'>, ms: number, options: SleepOptions = {}): Promise<void> {
  const { signal, unref = false } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted === true) {
    reject(signal.reason);
    return promise;
  }
  const onAbort = (): void => {
    timer.cancel();
    reject(signal?.reason);
  };
  const onTime = (): void => {
    signal?.removeEventListener('abort', onAbort);
    resolve();
  };
  const timer = clock.timer(ms, onTime, { unref });
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise;
}
