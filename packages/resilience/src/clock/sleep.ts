import type { Clock, SleepOptions } from './clock.ts';

/** `Clock.sleep` in terms of `Clock.timer`, shared by all clocks. Leaves no listener on the signal. */
export function sleepOn(
  clock: Pick<Clock, 'timer'>,
  ms: number,
  options: SleepOptions = {},
): Promise<void> {
  const { signal, unref = false } = options;
  return new Promise<void>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.timer(
      ms,
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      { unref },
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
