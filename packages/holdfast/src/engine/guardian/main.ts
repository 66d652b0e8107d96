import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@holdfast/resilience/clock';

/** How often the parent is looked for, in ms. */
const LOOK_EVERY_MS = 500;

/**
 * A thread that ends the process when its parent is gone: it runs even while the main loop is blocked. Nothing
 * needs to be cleaned up: whatever is not committed is fetched again.
 */
async function watchParent(parent: number): Promise<never> {
  for (;;) {
    await systemClock.sleep(LOOK_EVERY_MS);
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }
}

if (parentPort) await watchParent((workerData as { parent: number }).parent);
