import type { Restarts } from '../model/engine-message.ts';
import type { SourceStateName } from '../model/event.ts';
import type { Incident } from '../model/incident.ts';

/** States of an engine; a heartbeat older than the configured `watchdog` is `hung`. */
export type EngineState = 'starting' | 'running' | 'cooling-down' | 'hung' | 'stopped';

/** One source in `status --json`. Instants are ISO 8601 or null. */
export interface SourceStatus {
  readonly id: string;
  readonly kind: string;
  readonly state: SourceStateName;
  readonly reason: string;
  /** Up to where the source is known to be harvested, by the server's own date. */
  readonly watermark: string | null;
  readonly lastSuccessAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly attempt: number;
  readonly recordsTotal: number;
  readonly windows: {
    readonly open: number;
    readonly sealed: number;
    readonly verified: number;
    readonly gap: number;
  };
}

/** `status --json` (DESIGN, "The contract with the outside"): fields are added, never changed. */
export interface StatusReport {
  readonly engine: {
    readonly state: EngineState;
    readonly pid: number | null;
    readonly uptimeSeconds: number;
    readonly version: string;
    readonly restarts: Restarts;
  };
  readonly connectionHealth: {
    readonly failures: number;
    readonly totalRetries: number;
    readonly lastSuccessfulFetch: string | null;
    readonly uptimeHours: number;
  };
  readonly store: {
    readonly records: number;
    readonly quarantined: number;
    readonly gapsOpen: number;
    readonly auditCompleteUntil: string | null;
    readonly schemaVersion: number;
    readonly bytes: number;
  };
  readonly sources: readonly SourceStatus[];
  readonly incidents: readonly Incident[];
}
