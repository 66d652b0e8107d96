import type { EngineEvent } from '../model/event.ts';
import type { Incident, IncidentCause } from '../model/incident.ts';
import type { EngineMetrics } from '../model/metrics.ts';
import type { Change, ChangeKind } from '../model/paper.ts';
import { HistogramCounter } from './histogram.ts';

const COMMIT_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const INCIDENT_BOUNDS = [10, 60, 300, 900, 3_600, 14_400, 86_400, 604_800];

/** Counts by two names. */
class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(one: string, other: string, by = 1): void {
    const inner = this.#counts.get(one) ?? new Map<string, number>();
    this.#counts.set(one, inner);
    inner.set(other, (inner.get(other) ?? 0) + by);
  }

  rows(): readonly (readonly [string, string, number])[] {
    return [...this.#counts].flatMap(([one, inner]) =>
      [...inner].map(([other, count]) => [one, other, count] as const),
    );
  }
}

type Counted = Pick<
  EngineMetrics,
  | 'requests'
  | 'retries'
  | 'records'
  | 'duplicatesSuppressed'
  | 'commitSeconds'
  | 'incidents'
  | 'incidentSeconds'
>;

/** What the engine counts since it began, for its metrics. */
export class Counters {
  readonly #requests = new Tally();
  readonly #retries = new Tally();
  readonly #records = new Tally();
  readonly #duplicates = new Tally();
  readonly #opened = new Tally();
  readonly #commits = new HistogramCounter(COMMIT_BOUNDS);
  readonly #incidents = new HistogramCounter(INCIDENT_BOUNDS);
  #open: readonly Incident[] = [];

  request(source: string, outcome: 'ok' | 'error', category: string): void {
    this.#requests.add(source, `${outcome} ${category}`);
  }

  retry(category: string): void {
    this.#retries.add(category, '');
  }

  /** `ms`: how long the transaction took. */
  committed(ms: number): void {
    this.#commits.add(ms / 1_000);
  }

  observe(event: EngineEvent): void {
    if (event.kind === 'commit' && event.unchanged > 0)
      this.#duplicates.add(event.source, '', event.unchanged);
  }

  /** Rows of the change feed. */
  changed(changes: readonly Change[]): void {
    for (const { source, kind } of changes) this.#records.add(source, kind);
  }

  incidentOpened(cause: IncidentCause): void {
    this.#opened.add(cause, '');
  }

  incidentOver({ startedAt, recoveredAt }: Incident): void {
    if (recoveredAt !== null) this.#incidents.add(Math.max(0, recoveredAt - startedAt) / 1_000);
  }

  /** Those that are open now. */
  incidentsAre(open: readonly Incident[]): void {
    this.#open = open;
  }

  read(): Counted {
    return {
      requests: this.#requests.rows().map(([source, both, count]) => {
        const [outcome = '', category = ''] = both.split(' ');
        return { source, outcome: outcome === 'ok' ? 'ok' : 'error', class: category, count };
      }),
      retries: this.#retries.rows().map(([category, , count]) => ({ class: category, count })),
      records: this.#records
        .rows()
        .map(([source, kind, count]) => ({ source, kind: kind as ChangeKind, count })),
      duplicatesSuppressed: this.#duplicates.rows().map(([source, , count]) => ({ source, count })),
      commitSeconds: this.#commits.read(),
      incidents: this.#incidentRows(),
      incidentSeconds: this.#incidents.read(),
    };
  }

  #incidentRows(): EngineMetrics['incidents'] {
    const opened = new Map(this.#opened.rows().map(([cause, , count]) => [cause as IncidentCause, count]));
    const causes = new Set([...opened.keys(), ...this.#open.map(({ cause }) => cause)]);
    return [...causes].map((cause) => ({
      cause,
      opened: opened.get(cause) ?? 0,
      open: this.#open.filter((incident) => incident.cause === cause).length,
    }));
  }
}
