import type { Incident } from '../model/incident.ts';
import type { IncidentQuery, StoreReader } from '../store/port.ts';
import { isoOf, isoOrNull } from './instant.ts';
import type { IncidentReport } from './status-report.ts';

const DAY = 86_400_000;
/** As many incidents as a status shows; all of them: `incidents`. */
const MOST = 50;

/** The incident as it is shown and printed. */
export function incidentReport(incident: Incident): IncidentReport {
  const { startedAt, detectedAt, recoveredAt, nextAttemptAt, actions } = incident;
  return {
    id: incident.id,
    cause: incident.cause,
    scope: incident.scope,
    layer: incident.layer,
    state: recoveredAt === null ? 'open' : 'recovered',
    summary: incident.summary,
    sources: incident.sources,
    startedAt: isoOf(startedAt),
    detectedAt: isoOf(detectedAt),
    recoveredAt: isoOrNull(recoveredAt),
    detectMs: Math.max(0, detectedAt - startedAt),
    recoverMs: recoveredAt === null ? null : Math.max(0, recoveredAt - detectedAt),
    count: incident.count,
    actions: actions.map(({ at, what }) => ({ at: isoOf(at), what })),
    nextAttemptAt: isoOrNull(nextAttemptAt),
    recordsAffected: incident.recordsAffected,
  };
}

/** Incidents that last and those of the last 24 hours, newest first; when there are too many, those that last stay. */
export async function recentIncidents(
  reader: StoreReader,
  now: number,
  narrowed: Pick<IncidentQuery, 'source'> = {},
): Promise<readonly Incident[]> {
  const open = await reader.incidents({ ...narrowed, open: true, limit: MOST });
  const over = await reader.incidents({ ...narrowed, open: false, since: now - DAY, limit: MOST });
  return [...open, ...over].slice(0, MOST).sort((a, b) => b.startedAt - a.startedAt);
}
