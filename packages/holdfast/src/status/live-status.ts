import type { Incident } from '../model/incident.ts';
import type { MachineStatus } from '../model/machine-status.ts';
import type { SourceStatus, StatusReport } from './status-report.ts';

/** What a running engine answers to `status`: the part that only it knows. */
export interface LiveStatus {
  readonly engine: Partial<StatusReport['engine']>;
  readonly connectionHealth: StatusReport['connectionHealth'];
  readonly sources: readonly (Pick<SourceStatus, 'id'> &
    Partial<
      Pick<SourceStatus, 'state' | 'reason' | 'lastSuccessAt' | 'nextAttemptAt' | 'attempt' | 'waitsForDisk'>
    >)[];
  readonly machine?: MachineStatus | null;
  /** Those that last. The store has them too, unless it is what cannot be written. */
  readonly incidents?: readonly Incident[];
}
