import type { IncidentCause } from './incident.ts';
import type { ChangeKind } from './paper.ts';

/** Counts by size. `counts` has one entry per bound (values up to it, not counted in an earlier one) and one for all above. */
export interface Histogram {
  /** Upper bounds, inclusive, rising; seconds. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  /** Sum of all values, seconds. */
  readonly sum: number;
  readonly count: number;
}

/**
 * The engine's answer to `metrics` on its control address: plain JSON. Counters begin at 0 with the engine; instants
 * are wall ms; durations are seconds, as Prometheus wants them.
 */
export interface EngineMetrics {
  readonly startedAt: number;
  readonly version: string;
  /** Tries of a request as the policy around it saw them. `class`: the error's category, or `ok`. */
  readonly requests: readonly {
    readonly source: string;
    readonly outcome: 'ok' | 'error';
    readonly class: string;
    readonly count: number;
  }[];
  /** Requests that were sent again, by the category of the error before. */
  readonly retries: readonly { readonly class: string; readonly count: number }[];
  /** Rows of the change feed that this engine wrote. */
  readonly records: readonly { readonly source: string; readonly kind: ChangeKind; readonly count: number }[];
  /** Records that came again with nothing new in them. */
  readonly duplicatesSuppressed: readonly { readonly source: string; readonly count: number }[];
  /** Time of the transactions that stored a page. */
  readonly commitSeconds: Histogram;
  /** Event loop delay, seconds: the worst windows of the last minute. */
  readonly eventLoop: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly process: {
    readonly rssBytes: number;
    readonly heapUsedBytes: number;
    readonly cpuSeconds: number;
    readonly uptimeSeconds: number;
  };
  /** By upstream service. */
  readonly circuits: readonly {
    readonly service: string;
    readonly state: 'closed' | 'open' | 'half-open' | 'isolated';
    readonly openings: number;
  }[];
  readonly machine: {
    /** Time during which the machine slept. */
    readonly sleepSeconds: number;
    /** Time during which this process was stopped while the machine ran. */
    readonly pausedSeconds: number;
    readonly clockSteps: number;
    /** The last step of the wall clock, with its sign; 0 before. */
    readonly lastClockStepSeconds: number;
    readonly networkChanges: number;
  };
  /** Incidents that this engine opened or found open, by cause. */
  readonly incidents: readonly {
    readonly cause: IncidentCause;
    readonly opened: number;
    readonly open: number;
  }[];
  /** Durations of incidents that recovered since the start. */
  readonly incidentSeconds: Histogram;
  readonly sources: readonly {
    readonly id: string;
    readonly state: string;
    readonly attempt: number;
    readonly nextAttemptAt: number | null;
    readonly lastSuccessAt: number | null;
    /** Server date (ISO) up to which the source is harvested; null before. */
    readonly watermark: string | null;
  }[];
}
