import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readVersion } from '../version.ts';
import type { ProcessMetrics } from './metrics.ts';

const NANO = 1e9;
const RESOLUTION_MS = 20;

/** Measures this process; each reading covers the event loop since the one before. `startedAt` is wall ms. */
export function processMetrics(startedAt: number): () => ProcessMetrics {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // Node counts the time between two of its looks, in ns: what is beyond its plan is the delay.
  const late = (ns: number): number => Math.max(0, ns / NANO - RESOLUTION_MS / 1_000);
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const eventLoop = {
      p50: late(delay.percentile(50)),
      p99: late(delay.percentile(99)),
      max: late(delay.max),
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
