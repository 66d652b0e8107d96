import type { Incident } from '../../model/incident.ts';
import type { SupervisorStatus } from '../../model/supervisor-status.ts';

/** What alerts are judged by: one look at the store, the supervisor and the engine. */
export interface AlertView {
  /** Open ones, and those that recovered within the last days. */
  readonly incidents: readonly Incident[];
  /** Null when it does not answer, or there is none. */
  readonly supervisor: SupervisorStatus | null;
  readonly engineAnswers: boolean;
  /** Whether it said what lasts: nothing follows from the absence of what it may not have been able to write down. */
  readonly engineTells: boolean;
  /** Null when there is no store (yet, or now): nothing follows from incidents that are not there then. */
  readonly store: StoreCounts | null;
  /** Why the store could not be read; null when it could, or there is none yet. */
  readonly problem: string | null;
  /** Wall ms. */
  readonly now: number;
}

/** What the store holds and what it lacks. */
export interface StoreCounts {
  readonly records: number;
  readonly quarantined: number;
  readonly gapsOpen: number;
}
