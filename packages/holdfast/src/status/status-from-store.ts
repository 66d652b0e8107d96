import type { Config, SourceConfig } from '../config/index.ts';
import type { SourceStateName } from '../model/event.ts';
import type { SourceState, StoreReader, StoreStats } from '../store/port.ts';
import type { EngineState, SourceStatus, StatusReport } from './status-report.ts';
import { NO_RESTARTS } from '../model/engine-message.ts';

/** What is known of the engine without its answer. */
export interface EngineTrace {
  readonly state: EngineState;
  readonly pid: number | null;
  readonly version: string;
}

const EMPTY: StoreStats = {
  records: 0,
  quarantined: 0,
  gapsOpen: 0,
  gapsConfirmedAbsent: 0,
  bytes: 0,
  walBytes: 0,
  freeBytes: 0,
  schemaVersion: 0,
  lastSeq: 0n,
  indexedSeq: 0n,
  perSource: [],
};

/** The whole status, read from the store; `reader` is null when there is no store yet. */
export async function statusFromStore(
  config: Config,
  reader: StoreReader | null,
  engine: EngineTrace,
): Promise<StatusReport> {
  const stats = (await reader?.stats()) ?? EMPTY;
  const stored = (await reader?.sources()) ?? [];
  const ids = [...new Set([...config.sources.map(({ id }) => id), ...stored.map(({ id }) => id)])];
  const successes = stored.map(({ lastSuccessAt }) => lastSuccessAt).filter((at) => at !== null);
  return {
    engine: { ...engine, uptimeSeconds: 0, restarts: NO_RESTARTS },
    connectionHealth: {
      failures: sum(stored.map(({ failures }) => failures)),
      totalRetries: sum(stored.map(({ retries }) => retries)),
      lastSuccessfulFetch: successes.length === 0 ? null : iso(Math.max(...successes)),
      uptimeHours: 0,
    },
    store: {
      records: stats.records,
      quarantined: stats.quarantined,
      gapsOpen: stats.gapsOpen,
      auditCompleteUntil: null,
      schemaVersion: stats.schemaVersion,
      bytes: stats.bytes + stats.walBytes,
    },
    sources: ids.map((id) => {
      const configured = config.sources.find((each) => each.id === id);
      return sourceStatus(
        id,
        configured,
        stored.find((each) => each.id === id),
        stats,
      );
    }),
    incidents: [],
  };
}

function sourceStatus(
  id: string,
  configured: SourceConfig | undefined,
  stored: SourceState | undefined,
  stats: StoreStats,
): SourceStatus {
  const counts = stats.perSource.find(({ source }) => source === id);
  const [state, reason] = shownState(configured, stored);
  return {
    id,
    kind: configured?.kind ?? stored?.kind ?? '',
    state,
    reason,
    watermark: stored?.watermark ?? null,
    lastSuccessAt: iso(stored?.lastSuccessAt ?? null),
    nextAttemptAt: iso(stored?.nextAttemptAt ?? null),
    attempt: stored?.attempt ?? 0,
    recordsTotal: counts?.records ?? 0,
    windows: counts?.windows ?? { open: 0, sealed: 0, verified: 0, gap: 0 },
  };
}

function shownState(
  configured: SourceConfig | undefined,
  stored: SourceState | undefined,
): readonly [SourceStateName, string] {
  if (configured === undefined) return ['disabled', 'no longer in the configuration; its papers are kept'];
  if (!configured.enabled) return ['disabled', 'disabled in the configuration'];
  if (stored === undefined) return ['catching-up', 'never harvested yet'];
  return [stored.state as SourceStateName, stored.reason];
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
