import { NO_RESTARTS } from '../../model/engine-message.ts';
import type { Incident } from '../../model/incident.ts';
import { incidentReport } from '../incident-report.ts';
import type { IncidentReport, SourceStatus, StatusReport, SupervisorReport } from '../status-report.ts';

/** The instant of every example, wall ms. */
export const NOW = Date.UTC(2026, 10, 22, 2);

/** An instant `ms` before the examples' now, as text. */
export function ago(ms: number): string {
  return new Date(NOW - ms).toISOString();
}

/** A source that is well. */
export function exampleSource(change: Partial<SourceStatus> = {}): SourceStatus {
  return {
    id: 'library',
    kind: 'oai-pmh',
    state: 'ok',
    reason: '',
    watermark: ago(60_000),
    lastSuccessAt: ago(42_000),
    nextAttemptAt: null,
    attempt: 0,
    waitsForDisk: false,
    recordsTotal: 10,
    gapsOpen: 0,
    windows: { open: 0, sealed: 0, verified: 1, gap: 0 },
    newestDatestamp: '2026-11-21',
    auditCompleteUntil: null,
    freshness: { lagSeconds: 60, stalenessSeconds: 42, targetSeconds: null, late: false },
    timeline: 'o'.repeat(48),
    ...change,
  };
}

/** An outage that is over, with instants as the model has them. */
export function exampleIncident(change: Partial<Incident> = {}): Incident {
  return {
    id: 'incident-1',
    cause: 'outage',
    scope: 'upstream.example.org',
    layer: 'request',
    summary: 'HTTP 503 from upstream.example.org',
    sources: ['library'],
    startedAt: NOW - 3_600_000,
    detectedAt: (change.startedAt ?? NOW - 3_600_000) + 3_000,
    recoveredAt: NOW - 600_000,
    count: 1,
    actions: [],
    nextAttemptAt: null,
    recordsAffected: 0,
    ...change,
  };
}

/** As `exampleIncident`, as it is shown. */
export function incidentOf(change: Partial<Incident> = {}): IncidentReport {
  return incidentReport(exampleIncident(change));
}

/** A supervisor whose engine is well, beside a page server that stands like this. */
export function exampleSupervisor(
  server: Partial<SupervisorReport['children'][number]> = {},
): SupervisorReport {
  const child = {
    mode: 'running' as const,
    pid: 4122,
    since: ago(60_000),
    nextStartAt: null,
    lastHeartbeatAt: ago(500),
    rssBytes: 50_000_000,
    restarts: NO_RESTARTS,
  };
  return {
    pid: 4120,
    startedAt: ago(3_600_000),
    uptimeSeconds: 3_600,
    version: '0.1.0',
    manager: null,
    logFile: null,
    children: [
      { ...child, name: 'engine', pid: 4121 },
      { ...child, name: 'server', ...server },
    ],
  };
}

/** Everything is well. */
export function exampleReport(change: Partial<StatusReport> = {}): StatusReport {
  return {
    asOf: new Date(NOW).toISOString(),
    engine: {
      state: 'running',
      pid: 4121,
      uptimeSeconds: 3_600,
      version: '0.1.0',
      restarts: { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 },
      nextStartAt: null,
      lastHeartbeatAt: ago(500),
    },
    supervisor: null,
    machine: null,
    connectionHealth: { failures: 5, totalRetries: 6, lastSuccessfulFetch: ago(42_000), uptimeHours: 1 },
    store: {
      records: 10,
      quarantined: 0,
      gapsOpen: 0,
      auditCompleteUntil: null,
      schemaVersion: 3,
      bytes: 1_000_000,
      backup: null,
    },
    disk: { freeBytes: 41e9, usedBytes: 1e6, walBytes: 0, maxDisk: null, fullInDays: null },
    drill: null,
    timeline: { from: ago(47 * 1_800_000), slotSeconds: 1_800 },
    sources: [exampleSource()],
    incidents: [],
    ...change,
  };
}
