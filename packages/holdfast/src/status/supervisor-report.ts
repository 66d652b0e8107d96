import type { ChildStatus, SupervisorStatus } from '../model/supervisor-status.ts';
import { isoOf, isoOrNull } from './instant.ts';
import type { SupervisorReport } from './status-report.ts';

/** The supervisor's answer as it is shown. */
export function supervisorReport(status: SupervisorStatus): SupervisorReport {
  return {
    pid: status.pid,
    startedAt: isoOf(status.startedAt),
    uptimeSeconds: Math.floor(status.uptimeMs / 1000),
    version: status.version,
    manager: status.manager,
    logFile: status.logFile,
    children: status.children.map((child) => ({
      name: child.name,
      mode: child.mode,
      pid: child.pid,
      since: isoOf(child.since),
      nextStartAt: isoOrNull(child.nextStartAt),
      lastHeartbeatAt: isoOrNull(child.lastHeartbeatAt),
      rssBytes: child.rss,
      restarts: child.restarts,
    })),
  };
}

/** The engine among the supervisor's children. */
export function engineChild(status: SupervisorStatus | null): ChildStatus | null {
  return status?.children.find(({ name }) => name === 'engine') ?? null;
}
