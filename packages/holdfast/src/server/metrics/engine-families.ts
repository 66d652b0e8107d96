import type { EngineMetrics } from '../../model/metrics.ts';
import type { ChangeKind } from '../../model/paper.ts';
import { counter, gauge } from './family.ts';
import type { Family, Sample } from './exposition.ts';

/** The label of a change; "delete" is the name that the metric has had from its first version. */
const KINDS: Readonly<Partial<Record<ChangeKind, string>>> = { deleted: 'delete' };

const CIRCUITS = ['closed', 'open', 'half-open'] as const;

/** What the engine counted since it started. */
export function engineFamilies(metrics: EngineMetrics): readonly Family[] {
  return [
    ...records(metrics),
    ...upstream(metrics),
    ...incidents(metrics),
    ...machine(metrics),
    ...process(metrics),
  ];
}

function records({ records: changes, duplicatesSuppressed, commitSeconds }: EngineMetrics): Family[] {
  return [
    counter(
      'records_ingested_total',
      'Changes written to the feed.',
      changes.map(({ source, kind, count }) => [{ source, kind: KINDS[kind] ?? kind }, count]),
    ),
    counter(
      'records_duplicate_suppressed_total',
      'Records that came again with nothing new in them.',
      duplicatesSuppressed.map(({ source, count }) => [{ source }, count]),
    ),
    {
      type: 'histogram',
      name: 'holdfast_commit_duration_seconds',
      help: 'Time of the transactions that stored a page.',
      histogram: commitSeconds,
    },
  ];
}

function upstream({ requests, retries, circuits }: EngineMetrics): Family[] {
  return [
    counter(
      'upstream_requests_total',
      'Requests by their outcome and the category of their error.',
      requests.map(({ source, outcome, class: category, count }) => [
        { source, outcome, class: category },
        count,
      ]),
    ),
    counter(
      'retry_attempts_total',
      'Requests that were sent again, by the category of the error before.',
      retries.map(({ class: category, count }) => [{ class: category }, count]),
    ),
    gauge(
      'circuit_state',
      'The circuit of each upstream service: 1 for the present state.',
      circuits.flatMap(({ service, state }) =>
        CIRCUITS.map((name): Sample => [{ source: service, state: name }, name === state ? 1 : 0]),
      ),
    ),
  ];
}

function incidents({ incidents: causes, incidentSeconds }: EngineMetrics): Family[] {
  return [
    counter(
      'incidents_total',
      'Incidents that were opened, by cause.',
      causes.map(({ cause, opened }) => [{ cause }, opened]),
    ),
    gauge(
      'incidents_open',
      'Incidents that last, by cause.',
      causes.map(({ cause, open }) => [{ cause }, open]),
    ),
    {
      type: 'histogram',
      name: 'holdfast_incident_duration_seconds',
      help: 'Duration of incidents that are over.',
      histogram: incidentSeconds,
    },
  ];
}

function machine({ machine: told }: EngineMetrics): Family[] {
  return [
    counter('sleep_seconds_total', 'Time during which the machine slept.', [[{}, told.sleepSeconds]]),
    counter('paused_seconds_total', 'Time during which the engine was stopped while the machine ran.', [
      [{}, told.pausedSeconds],
    ]),
    gauge('clock_jump_seconds', 'The last step of the wall clock, with its sign.', [
      [{}, told.lastClockStepSeconds],
    ]),
    counter('network_changes_total', 'Changes of the network that the engine saw.', [
      [{}, told.networkChanges],
    ]),
  ];
}

function process({ process: told, eventLoop, startedAt }: EngineMetrics): Family[] {
  return [
    gauge('engine_start_timestamp_seconds', 'When the engine started.', [[{}, startedAt / 1000]]),
    gauge('engine_resident_memory_bytes', 'Resident memory of the engine.', [[{}, told.rssBytes]]),
    gauge('engine_heap_used_bytes', "What is in use of the engine's JavaScript heap.", [
      [{}, told.heapUsedBytes],
    ]),
    counter('engine_cpu_seconds_total', 'Processor time of the engine.', [[{}, told.cpuSeconds]]),
    gauge(
      'engine_event_loop_delay_p99_seconds',
      'Worst delay of the event loop in a window of the last minute.',
      [[{}, eventLoop.p99]],
    ),
  ];
}
