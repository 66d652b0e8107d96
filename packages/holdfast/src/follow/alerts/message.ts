import type { IncidentCause } from '../../model/incident.ts';
import type { StoreCounts } from './alert-view.ts';

/** One incident as an alert tells it. Instants are ISO 8601. */
export interface ToldIncident {
  readonly id: string;
  readonly scope: string;
  readonly summary: string;
  readonly sources: readonly string[];
  readonly startedAt: string;
}

/** What every channel is given. Keys are added, never changed. Instants are ISO 8601. */
export interface AlertMessage {
  /** Stable: `<incident id>:opened` or `:recovered`. The same id again is a repeat of the same message. */
  readonly id: string;
  readonly event: 'opened' | 'recovered' | 'test';
  readonly cause: IncidentCause | 'test';
  /** One line for a person. */
  readonly title: string;
  /** Several lines for a person. */
  readonly text: string;
  readonly since: string;
  /** Null while it lasts. */
  readonly recoveredAt: string | null;
  /** What is being done about it; null when nothing is known. */
  readonly doing: string | null;
  readonly nextTryAt: string | null;
  readonly scopes: readonly string[];
  readonly sources: readonly string[];
  readonly incidents: readonly ToldIncident[];
  /** All incidents of the alert; `incidents` holds the first twenty. */
  readonly incidentCount: number;
  /** How often the same cause came back since the last message and was not told. */
  readonly returns: number;
  /** Records that were committed late because of it. */
  readonly recordsAffected: number;
  readonly store: StoreCounts | null;
  /** The overview page; null when there is none. */
  readonly url: string | null;
  readonly at: string;
}
