import { Worker } from 'node:worker_threads';

/** Ends this process, with everything in its process group, when its parent is gone, even when its main loop hangs then. */
export function dieWithParent(): void {
  const file = import.meta.url.endsWith('.ts') ? './guardian/main.ts' : './guardian/main.js';
  const guardian = new Worker(new URL(file, import.meta.url), { workerData: { parent: process.ppid } });
  guardian.unref();
}
