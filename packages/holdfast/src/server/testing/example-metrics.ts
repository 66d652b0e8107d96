import type { EngineMetrics } from '../../model/metrics.ts';

/** What an engine could answer to `metrics`. */
export function exampleMetrics(change: Partial<EngineMetrics> = {}): EngineMetrics {
  const histogram = { bounds: [0.01, 0.1, 1], counts: [3, 2, 0, 1], sum: 5.25, count: 6 };
  return {
    startedAt: 1_790_000_000_000,
    version: '0.1.0',
    requests: [
      { source: 'library', outcome: 'ok', class: 'ok', count: 40 },
      { source: 'library', outcome: 'error', class: 'network', count: 2 },
    ],
    retries: [{ class: 'network', count: 2 }],
    records: [
      { source: 'library', kind: 'new', count: 400 },
      { source: 'library', kind: 'deleted', count: 1 },
    ],
    duplicatesSuppressed: [{ source: 'library', count: 7 }],
    commitSeconds: histogram,
    eventLoop: { p50: 0.001, p99: 0.02, max: 0.05 },
    process: { rssBytes: 9e7, heapUsedBytes: 3e7, cpuSeconds: 12.5, uptimeSeconds: 3_600 },
    circuits: [{ service: 'library.example.org', state: 'open', openings: 1 }],
    machine: {
      sleepSeconds: 90,
      pausedSeconds: 0,
      clockSteps: 1,
      lastClockStepSeconds: -7_200,
      networkChanges: 3,
    },
    incidents: [{ cause: 'outage', opened: 2, open: 1 }],
    incidentSeconds: histogram,
    sources: [],
    ...change,
  };
}
