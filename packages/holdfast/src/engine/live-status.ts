import type { SourceStateName } from '../model/event.ts';
import type { Incident } from '../model/incident.ts';
import type { MachineStatus } from '../model/machine-status.ts';
import type { Engine } from './engine.ts';
import { sourceNow } from './source-now.ts';
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
  readonly machine: MachineStatus;
  readonly incidents: readonly Incident[];
  readonly sources: readonly {
    readonly id: string;
    readonly state: SourceStateName;
    readonly reason: string;
    readonly lastSuccessAt: string | null;
    readonly nextAttemptAt: string | null;
    readonly attempt: number;
    readonly waitsForDisk: boolean;
  }[];
}

/** What the process knows beside its engine. */
export interface Surroundings {
  readonly version: string;
  readonly restarts: StartMessage['restarts'];
  /** Since the start of the process. */
  readonly uptimeMs: number;
  readonly incidents: readonly Incident[];
}

/** The engine's answer to `status`. */
export function liveStatus(
  engine: Engine,
  { version, restarts, uptimeMs, incidents }: Surroundings,
): LiveStatus {
  const sources = engine.sources();
  return {
    engine: {
      state: 'running',
      pid: process.pid,
      uptimeSeconds: Math.floor(uptimeMs / 1000),
      version,
      restarts,
    },
    connectionHealth: connectionHealth(engine, uptimeMs),
    machine: engine.machine(),
    incidents,
    sources: sources.map(({ id, harvester, health }) => {
      const { state, reason, nextAttemptAt, attempt } = sourceNow(harvester);
      return {
        id,
        state,
        reason,
        lastSuccessAt: iso(health.lastSuccessAt),
        nextAttemptAt: iso(nextAttemptAt),
        attempt,
        waitsForDisk: harvester.wait?.why === 'disk',
      };
    }),
  };
}

/** How the connections of all sources do. */
export function connectionHealth(
  engine: Pick<Engine, 'sources'>,
  uptimeMs: number,
): LiveStatus['connectionHealth'] {
  const healths = engine.sources().map(({ health }) => health);
  const fetches = healths.flatMap(({ lastSuccessAt }) => (lastSuccessAt === null ? [] : [lastSuccessAt]));
  return {
    failures: healths.reduce((sum, { failures }) => sum + failures, 0),
    totalRetries: healths.reduce((sum, { retries }) => sum + retries, 0),
    lastSuccessfulFetch: fetches.length === 0 ? null : iso(Math.max(...fetches)),
    uptimeHours: Math.round(uptimeMs / 36_000) / 100,
  };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
