import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readVersion } from '../version.ts';
import type { ProcessMetrics } from './metrics.ts';

const NANO = 1e9;

/** Measures this process; each reading covers the event loop since the one before. `startedAt` is wall ms. */
export function processMetrics(startedAt: number): () => ProcessMetrics {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const eventLoop = {
      p50: delay.percentile(50) / NANO,
      p99: delay.percentile(99) / NANO,
      max: delay.max / NANO,
    };
    delay.reset();
    return {
      startedAt,
      version: readVersion(),
      eventLoop,
      process: {
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        cpuSeconds: (user + system) / 1e6,
        uptimeSeconds: process.uptime(),
      },
    };
  };
}
