import { allIncidents } from './all-incidents.ts';
import { lastBackup } from '../backup/folder.ts';
import type { Config } from '../config/index.ts';
import { addDays, dayOf } from '../model/day.ts';
import type { StoreReader, StoreStats } from '../store/port.ts';
import { auditUntil, earliestUntil } from './audit-until.ts';
import { diskReport } from './disk-report.ts';
import type { EngineTrace } from './engine-trace.ts';
import { incidentReport, recentIncidents } from './incident-report.ts';
import { isoOf, isoOrNull } from './instant.ts';
import { CELL_MS, lastDayFrom, lastDays } from './last-day.ts';
import { lastDrill } from './last-drill.ts';
import type { LiveStatus } from './live-status.ts';
import { machineReport } from './machine-report.ts';
import { sourceStatus } from './source-status.ts';
import type { StatusReport, SupervisorReport } from './status-report.ts';

/** What the processes told, beside the store. */
export interface Told {
  readonly engine: EngineTrace;
  readonly supervisor: SupervisorReport | null;
  /** Null when no engine answers. */
  readonly live: LiveStatus | null;
  /** Wall ms. */
  readonly now: number;
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

const NOTHING = {
  stats: EMPTY,
  sources: [],
  days: [],
  incidents: [],
  samples: [],
  until: new Map<string, null>(),
};

/** What a status needs of the store: of the order of the number of sources, however long its history is; see `auditUntil`. */
async function readStore(config: Config, reader: StoreReader | null, now: number) {
  if (reader === null) return NOTHING;
  const sources = await reader.sources();
  return {
    stats: await reader.stats(),
    sources,
    until: await auditUntil(config, reader, sources, now),
    days: await reader.timelines(addDays(dayOf(now), -1)),
    incidents: await recentIncidents(reader, now),
    samples: await reader.diskSamples(),
  };
}

/** The whole status: the store, and over it what the processes told; `reader` is null when there is no store yet. */
export async function statusFromStore(
  config: Config,
  reader: StoreReader | null,
  told: Told,
): Promise<StatusReport> {
  const { live, now } = told;
  const { stats, sources, days, incidents, samples, until } = await readStore(config, reader, now);
  const stored = new Map(sources.map((source) => [source.id, source]));
  const configured = new Map(config.sources.map((source) => [source.id, source]));
  const counts = new Map(stats.perSource.map((each) => [each.source, each]));
  const alive = new Map(live?.sources.map((source) => [source.id, source]));
  const timelines = lastDays(days, now);
  return {
    asOf: isoOf(now),
    engine: { ...told.engine, ...live?.engine, ...restartsOf(told) },
    supervisor: told.supervisor,
    machine: live?.machine ? machineReport(live.machine) : null,
    connectionHealth: connectionHealth(sources, live),
    store: {
      records: stats.records,
      quarantined: stats.quarantined,
      gapsOpen: stats.gapsOpen,
      auditCompleteUntil: earliestUntil(until),
      schemaVersion: stats.schemaVersion,
      bytes: stats.bytes + stats.walBytes,
      backup: lastBackup(config.backup.folder, config.store.slice('sqlite:'.length), now),
    },
    disk: await diskReport(config, stats, samples, now),
    drill: lastDrill(config.stateDir),
    timeline: { from: isoOf(lastDayFrom(now)), slotSeconds: CELL_MS / 1000 },
    sources: [...new Set([...configured.keys(), ...stored.keys()])].map((id) =>
      sourceStatus({
        id,
        configured: configured.get(id),
        stored: stored.get(id),
        counts: counts.get(id),
        timeline: timelines.get(id),
        live: alive.get(id),
        auditCompleteUntil: until.get(id) ?? null,
        now,
      }),
    ),
    incidents: allIncidents(incidents, live?.incidents).map(incidentReport),
  };
}

/** The supervisor counts while the engine lives; the engine knows only what it was told at its start. */
function restartsOf({ engine, supervisor }: Told): Partial<EngineTrace> {
  return supervisor === null ? {} : { restarts: engine.restarts };
}

function connectionHealth(
  sources: readonly {
    readonly lastSuccessAt: number | null;
    readonly failures: number;
    readonly retries: number;
  }[],
  live: LiveStatus | null,
): StatusReport['connectionHealth'] {
  const successes = sources.map(({ lastSuccessAt }) => lastSuccessAt).filter((at) => at !== null);
  const last = isoOrNull(successes.length === 0 ? null : Math.max(...successes));
  if (live !== null)
    return {
      ...live.connectionHealth,
      lastSuccessfulFetch: live.connectionHealth.lastSuccessfulFetch ?? last,
    };
  return {
    failures: sources.reduce((sum, { failures }) => sum + failures, 0),
    totalRetries: sources.reduce((sum, { retries }) => sum + retries, 0),
    lastSuccessfulFetch: last,
    uptimeHours: 0,
  };
}
