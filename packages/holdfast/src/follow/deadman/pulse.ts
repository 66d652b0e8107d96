import type { SupervisorStatus } from '../../model/supervisor-status.ts';

/** What decides whether a ping is sent. */
export interface Pulse {
  /** The engine answered its control address just now. */
  readonly engineAnswers: boolean;
  /** It says that what it fetched cannot be stored: its disk is waited for. */
  readonly waitsForDisk: boolean;
  /** Null when it does not answer, or there is none. */
  readonly supervisor: SupervisorStatus | null;
}
