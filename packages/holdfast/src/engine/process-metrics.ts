import { readVersion } from '../version.ts';
import type { LoopDelay } from './loop-delay.ts';
import type { ProcessMetrics } from './metrics.ts';

/** Measures this process. `startedAt` is wall ms. */
export function processMetrics(startedAt: number, delay: Pick<LoopDelay, 'read'>): () => ProcessMetrics {
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      startedAt,
      version: readVersion(),
      eventLoop: delay.read(),
      process: {
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        cpuSeconds: (user + system) / 1e6,
        uptimeSeconds: process.uptime(),
      },
    };
  };
}
