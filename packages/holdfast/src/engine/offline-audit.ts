import type { Config } from '../config/config.ts';
import type { AuditRun } from '../model/audit.ts';
import { HoldfastError } from '../model/error.ts';
import type { Store } from '../store/port.ts';

/** What an audit without an engine is asked to do. */
export interface OfflineAudit {
  /** Ids of the sources; all enabled ones, when left out. */
  readonly sources?: readonly string[];
  /** Whether what is found missing is asked for, too. */
  readonly repair: boolean;
  /** Requests of each source; the configuration's, when left out. */
  readonly budget?: number;
  /** Aborts when it is to stop: it goes on another time where it stood. */
  readonly signal: AbortSignal;
  /** Told of each run whenever it has moved. */
  readonly onRun: (run: AuditRun) => void;
}

/** The runs of the sources as they stand when each has ended or used up its budget. @throws the signal's reason */
export function auditOffline(
  _config: Config,
  _store: Store,
  _uniqueId: () => string,
  _options: OfflineAudit,
): Promise<readonly AuditRun[]> {
  return Promise.reject(
    new HoldfastError('ERR_AUDIT', 'Audits are still being built.', {
      hint: 'Try again with the next commit.',
    }),
  );
}
