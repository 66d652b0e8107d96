import type { SourceStateName } from '../model/event.ts';
import type { Engine } from './engine.ts';
import type { StartMessage } from './messages.ts';

/** What only the running engine knows; everything else of `status` stands in the store. */
export interface LiveStatus {
  readonly engine: {
    readonly state: 'running';
    readonly pid: number;
    readonly uptimeSeconds: number;
    readonly version: string;
    readonly restarts: StartMessage['restarts'];
  };
  readonly connectionHealth: {
    readonly failures: number;
    readonly totalRetries: number;
    readonly lastSuccessfulFetch: string | null;
    readonly uptimeHours: number;
  };
  readonly sources: readonly {
    readonly id: string;
    readonly state: SourceStateName;
    readonly reason: string;
    readonly nextAttemptAt: string | null;
    readonly attempt: number;
  }[];
}

/** `uptimeMs` counts from the start of the process. */
export function liveStatus(
  engine: Engine,
  version: string,
  restarts: StartMessage['restarts'],
  uptimeMs: number,
): LiveStatus {
  return {
    engine: {
      state: 'running',
      pid: process.pid,
      uptimeSeconds: Math.floor(uptimeMs / 1000),
      version,
      restarts,
    },
    connectionHealth: {
      failures: engine.failures,
      totalRetries: engine.retries,
      lastSuccessfulFetch:
        engine.lastSuccessAt === null ? null : new Date(engine.lastSuccessAt).toISOString(),
      uptimeHours: Math.round(uptimeMs / 36_000) / 100,
    },
    sources: engine.sources().map(({ id, harvester: { state, reason, wait } }) => ({
      id,
      state,
      reason: wait === null ? reason : wait.reason,
      nextAttemptAt: wait?.until == null ? null : new Date(wait.until).toISOString(),
      attempt: wait?.attempt ?? 0,
    })),
  };
}
