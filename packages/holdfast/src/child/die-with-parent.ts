import { Worker } from 'node:worker_threads';
import { PRIVATE_EXIT } from '../model/engine-message.ts';

/**
 * Ends this process, with everything in its process group, when its parent is gone, even when its main loop hangs
 * then. A process whose guard cannot work or has ended ends too: it would be one that nobody could be sure of.
 * Resolves once the guard watches: before that, nothing may be done that could block for ever.
 */
export function dieWithParent(): Promise<void> {
  const file = import.meta.url.endsWith('.ts') ? './guardian/main.ts' : './guardian/main.js';
  const guardian = new Worker(new URL(file, import.meta.url), { workerData: { parent: process.ppid } });
  guardian.on('error', (error) =>
    process.stderr.write(`The guard of this process failed: ${String(error)}\n`),
  );
  guardian.on('exit', () => process.exit(PRIVATE_EXIT.temporary));
  guardian.unref();
  return new Promise((resolve) => {
    guardian.once('message', () => resolve());
  });
}
