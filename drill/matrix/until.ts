import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so. @throws the signal's reason, or TimeoutError after a minute */
export async function until(condition: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
  while (!(await condition())) await sleep(5, undefined, { signal: limit });
}
