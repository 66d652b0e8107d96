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
    if (isGone(parent)) endGroup();
  }
}

/** Windows does not give an orphan another parent. */
function isGone(parent: number): boolean {
  if (process.platform !== 'win32') return process.ppid !== parent;
  try {
    return !process.kill(parent, 0);
  } catch {
    return true;
  }
}

/** A child that leads a process group takes its helpers along. */
function endGroup(): void {
  for (const pid of [-process.pid, process.pid]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It leads none: then it is ended alone.
    }
  }
}

parentPort?.postMessage('watching');
if (parentPort) await watchParent((workerData as { parent: number }).parent);
