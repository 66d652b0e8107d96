import type { Incident, IncidentAction } from './incident.ts';

const KEPT = 20;

/** The incident with one more thing that was done about it. */
export function withAction(incident: Incident, action: IncidentAction): Incident {
  return { ...incident, actions: [...incident.actions, action].slice(-KEPT) };
}
