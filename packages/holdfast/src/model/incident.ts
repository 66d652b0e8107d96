/** Where an incident arose (docs/layers.md). `machine`: asleep, offline, clock; `storage`: our own disk. */
export type IncidentLayer =
  'request' | 'page' | 'connection' | 'stream' | 'engine' | 'daemon' | 'service' | 'machine' | 'storage';

/** What happened; one incident per cause at a time. Names are stable: rules and metrics use them. */
export type IncidentCause =
  | 'outage'
  | 'throttled'
  | 'blocked'
  | 'auth'
  | 'captive-portal'
  | 'offline'
  | 'asleep'
  | 'clock-step'
  | 'disk'
  | 'disk-forecast'
  | 'backup'
  | 'integrity'
  | 'gap'
  | 'quarantine'
  | 'stale'
  | 'crash'
  | 'hung'
  | 'oom'
  | 'crash-loop'
  | 'set-aside';

/** One cause, from its detection to its recovery. Instants are wall ms. */
export interface Incident {
  /** Stable and unique: alerts carry it. */
  readonly id: string;
  readonly cause: IncidentCause;
  /** What the cause is about: a service (host), a source, `engine`, `machine`, `store`. Same cause and scope = same incident. */
  readonly scope: string;
  readonly layer: IncidentLayer;
  /** A sentence for a person: what is wrong now, with the current error. */
  readonly summary: string;
  /** Sources that it touched. */
  readonly sources: readonly string[];
  /** When it began, as far as is known. */
  readonly startedAt: number;
  readonly detectedAt: number;
  /** Null while it lasts. */
  readonly recoveredAt: number | null;
  /** Times the same thing was seen again. */
  readonly count: number;
  /** What was done about it, oldest first, bounded to the last 20. */
  readonly actions: readonly IncidentAction[];
  /** When the next try is due; null when none is planned. */
  readonly nextAttemptAt: number | null;
  /** Records that were committed late because of it; known after recovery. */
  readonly recordsAffected: number;
}

/** One thing that was done about an incident. */
export interface IncidentAction {
  readonly at: number;
  readonly what: string;
}

/** Incidents of one day and cause after they were rolled up: single ones are kept for a limited time only. */
export interface IncidentTotal {
  /** UTC day. */
  readonly day: string;
  readonly cause: IncidentCause;
  readonly count: number;
  /** Sum over the incidents, ms. */
  readonly durationMs: number;
  readonly longestMs: number;
  readonly recordsAffected: number;
}
