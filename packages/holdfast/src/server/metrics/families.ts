import type { EngineMetrics } from '../../model/metrics.ts';
import type { SourceStatus, StatusReport } from '../../status/status-report.ts';
import { engineFamilies } from './engine-families.ts';
import { counter, gauge, known, seconds } from './family.ts';
import type { Family, Sample } from './exposition.ts';

/** What `/metrics` is made of; null where nobody answered. */
export interface MetricsParts {
  readonly report: StatusReport;
  readonly engine: EngineMetrics | null;
}

const ENGINE_STATES = ['starting', 'running', 'cooling-down', 'hung', 'stopped'] as const;

/** Every metric, first what the store and the supervisor know, then what only a running engine does. */
export function families({ report, engine }: MetricsParts): readonly Family[] {
  return [
    ...general(report),
    ...store(report),
    ...sources(report),
    ...(engine ? engineFamilies(engine) : []),
  ];
}

function general({ engine, supervisor, disk }: StatusReport): Family[] {
  const told = supervisor !== null || engine.state === 'running';
  return [
    gauge('build_info', 'Version of the engine, or of this server when none runs.', [
      [{ version: engine.version }, 1],
    ]),
    gauge(
      'engine_state',
      'The state of the engine: 1 for the present one.',
      ENGINE_STATES.map((state) => [{ state }, state === engine.state ? 1 : 0]),
    ),
    counter(
      'process_restarts_total',
      'Restarts of the engine by reason since its supervisor began.',
      told ? Object.entries(engine.restarts).map(([reason, count]) => [{ reason }, count]) : [],
    ),
    gauge('disk_free_bytes', 'Free space on the disk of the data folder.', known(disk.freeBytes)),
  ];
}

function store({ store: counts, disk }: StatusReport): Family[] {
  const backup = gauge(
    'backup_last_success_timestamp_seconds',
    'When the last backup was made that passed its test.',
    known(seconds(counts.backup?.lastSuccessAt ?? null)),
  );
  if (disk.walBytes === null) return [backup];
  return [
    backup,
    gauge('records_quarantined', 'Records that could not be parsed and wait in the quarantine.', [
      [{}, counts.quarantined],
    ]),
    gauge('wal_bytes', "Size of the store's write-ahead log.", known(disk.walBytes)),
    gauge(
      'audit_complete_until_timestamp_seconds',
      'Up to when the store is audited as complete.',
      known(seconds(counts.auditCompleteUntil)),
    ),
  ];
}

function sources(report: StatusReport): Family[] {
  const each = (value: (source: SourceStatus) => number | null): readonly Sample[] =>
    report.sources.flatMap((source): readonly Sample[] => {
      const found = value(source);
      return found === null ? [] : [[{ source: source.id }, found]];
    });
  return [
    gauge(
      'watermark_timestamp_seconds',
      "Up to when the source is known to be harvested, by the server's own date.",
      each(({ watermark }) => seconds(watermark)),
    ),
    gauge(
      'last_success_timestamp_seconds',
      'When the source last gave a usable answer.',
      each(({ lastSuccessAt }) => seconds(lastSuccessAt)),
    ),
    gauge(
      'staleness_seconds',
      'Time since the last usable answer. For convenience only: alert on the timestamp.',
      each(({ freshness }) => freshness.stalenessSeconds),
    ),
    gauge(
      'next_attempt_timestamp_seconds',
      'When the source is asked again.',
      each(({ nextAttemptAt }) => seconds(nextAttemptAt)),
    ),
    gauge(
      'gaps_open',
      'Records or ranges known upstream and absent here.',
      each(({ gapsOpen }) => (report.disk.walBytes === null ? null : gapsOpen)),
    ),
  ];
}
