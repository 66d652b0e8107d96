import type { RestartReason, Restarts } from '../model/engine-message.ts';
import type { SourceStateName } from '../model/event.ts';
import type { IncidentCause, IncidentLayer } from '../model/incident.ts';
import type { ChildMode, SupervisorStatus } from '../model/supervisor-status.ts';
import type { LastDrill } from './last-drill.ts';
import type { MachineReport } from './machine-report.ts';

/** States of an engine; a heartbeat older than the configured `watchdog` is `hung`. */
export type EngineState = 'starting' | 'running' | 'cooling-down' | 'hung' | 'stopped';

/** How fresh a source is. Lag and staleness are kept apart: a quiet weekend raises the lag, not the staleness. */
export interface Freshness {
  /** Now minus the watermark; null while nothing is known. */
  readonly lagSeconds: number | null;
  /** Now minus the last successful answer; null before the first. */
  readonly stalenessSeconds: number | null;
  /** The configured `expect`; null = the calendar of its kind, or none. */
  readonly targetSeconds: number | null;
  /** Something that should be there by the target is not. */
  readonly late: boolean;
}

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
  /** Its records cannot be written: our own disk, or its bound, is waited for and no upstream. */
  readonly waitsForDisk: boolean;
  readonly recordsTotal: number;
  /** Records or ranges known upstream and absent here. */
  readonly gapsOpen: number;
  readonly windows: {
    readonly open: number;
    readonly sealed: number;
    readonly verified: number;
    readonly gap: number;
  };
  /** Newest datestamp among its records. */
  readonly newestDatestamp: string | null;
  /** The first day (UTC) that is not complete: all before it is here or in the quarantine; null when its first day is not. */
  readonly auditCompleteUntil: string | null;
  readonly freshness: Freshness;
  /** The last 24 hours, a letter (`TIMELINE_LETTERS`) per half-hour from `timeline.from` on, the worst of each. */
  readonly timeline: string;
}

/** One incident in `status --json` and a row of `incidents --json`. Instants are ISO 8601 or null. */
export interface IncidentReport {
  readonly id: string;
  readonly cause: IncidentCause;
  readonly scope: string;
  readonly layer: IncidentLayer;
  readonly state: 'open' | 'recovered';
  readonly summary: string;
  readonly sources: readonly string[];
  readonly startedAt: string;
  readonly detectedAt: string;
  readonly recoveredAt: string | null;
  /** From its start to its detection, ms. */
  readonly detectMs: number;
  /** From its detection to its recovery, ms; null while it lasts. */
  readonly recoverMs: number | null;
  readonly count: number;
  readonly actions: readonly { readonly at: string; readonly what: string }[];
  readonly nextAttemptAt: string | null;
  /** Records that were committed late because of it. */
  readonly recordsAffected: number;
}

/** The supervisor in `status --json`. */
export interface SupervisorReport {
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly version: string;
  readonly manager: SupervisorStatus['manager'];
  readonly logFile: string | null;
  readonly children: readonly {
    readonly name: string;
    readonly mode: ChildMode;
    readonly pid: number | null;
    readonly since: string;
    readonly nextStartAt: string | null;
    readonly lastHeartbeatAt: string | null;
    readonly rssBytes: number | null;
    readonly restarts: Restarts;
  }[];
}

/** The disk that holds the store. Sizes in bytes; null where it is not known. */
export interface DiskReport {
  readonly freeBytes: number | null;
  /** The store and its log. */
  readonly usedBytes: number;
  /** The store's write-ahead log alone; null when there is no store. */
  readonly walBytes: number | null;
  /** The configured bound. */
  readonly maxDisk: number | null;
  /** Days until the bound or the disk is reached at the present rate; null when not in ten years, or too little is known. */
  readonly fullInDays: number | null;
}

/** `status --json` (DESIGN, "The contract with the outside"): fields are added, never changed. */
export interface StatusReport {
  /** When this was put together, ISO 8601. */
  readonly asOf: string;
  readonly engine: {
    readonly state: EngineState;
    readonly pid: number | null;
    readonly uptimeSeconds: number;
    readonly version: string;
    readonly restarts: Readonly<Record<RestartReason, number>>;
    /** When it is started again; null unless that is being waited for. */
    readonly nextStartAt: string | null;
    /** Its last sign of life, as its supervisor saw it. */
    readonly lastHeartbeatAt: string | null;
  };
  /** Null when no supervisor answers. */
  readonly supervisor: SupervisorReport | null;
  /** Null when the engine does not tell. */
  readonly machine: MachineReport | null;
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
    /** The earliest of its sources; null when one has none. */
    readonly auditCompleteUntil: string | null;
    readonly schemaVersion: number;
    readonly bytes: number;
    /** The last copy that was made, whatever came of it; null when there is none in the configured folder. */
    readonly backup: {
      readonly at: string;
      readonly ok: boolean;
      readonly file: string;
      /** When the last good one was made. */
      readonly lastSuccessAt: string | null;
    } | null;
  };
  readonly disk: DiskReport;
  /** The last whole drill on this machine; null when none was. */
  readonly drill: LastDrill | null;
  /** Of the sources' timelines: begin of their first letter, and seconds per letter. */
  readonly timeline: { readonly from: string; readonly slotSeconds: number };
  readonly sources: readonly SourceStatus[];
  /** Those that last and those of the last 24 hours, newest first, at most 50. */
  readonly incidents: readonly IncidentReport[];
}
