import { waitFor } from '../product/wait.ts';

/**
 * Waits until something is so that the product has to bring about. @throws the signal's reason; ProductFailure after a
 * minute
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  signal: AbortSignal,
  what = `what this row waits for: ${condition.toString()}`,
): Promise<void> {
  await waitFor(what, condition, { signal, everyMs: 5 });
}
