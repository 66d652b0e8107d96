import type { Incident } from '../../model/incident.ts';
import type { IncidentQuery } from '../port.ts';

/** Whether an incident is one of those that are asked for, the limit aside. */
export function matchesIncident(incident: Incident, { open, since, source }: IncidentQuery): boolean {
  const { recoveredAt, sources } = incident;
  if (open !== undefined && open !== (recoveredAt === null)) return false;
  if (since !== undefined && recoveredAt !== null && recoveredAt < since) return false;
  return source === undefined || sources.includes(source);
}

/** Newest first; the id decides between incidents that began at once. */
export function newestIncidentFirst(a: Incident, b: Incident): number {
  if (a.startedAt !== b.startedAt) return b.startedAt - a.startedAt;
  return a.id < b.id ? 1 : -1;
}
