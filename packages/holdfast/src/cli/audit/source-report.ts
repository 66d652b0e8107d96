import {
  auditDays,
  completeUntil,
  coverageOf,
  readAllFacts,
  readFacts,
  type Coverage,
  type JudgedDay,
  type SourceFacts,
} from '../../audit/report/index.ts';
import type { Config } from '../../config/index.ts';
import type { Day } from '../../model/day.ts';
import type { SourceState, StoreReader } from '../../store/port.ts';

/** Everything that is said of one source. */
export interface SourceReport {
  readonly id: string;
  readonly facts: SourceFacts;
  readonly days: readonly JudgedDay[];
  readonly coverage: Coverage;
  /** The first day that is not complete. */
  readonly until: Day | null;
  /** Least distance of two requests to its upstream, ms. */
  readonly intervalMs: number;
}

/** Which sources, and whether their records are counted by day, which reads all of them. */
export interface ReportQuery {
  readonly source: string | undefined;
  readonly counted: boolean;
}

/** Least distances of requests where the configuration names none. */
const INTERVALS: Readonly<Record<string, number>> = { arxiv: 3_000 };
const INTERVAL = 1_000;

/** What the store says of each enabled source, or of the one that is named. */
export async function reportsFrom(
  config: Pick<Config, 'sources'>,
  reader: StoreReader,
  { source, counted }: ReportQuery,
): Promise<readonly SourceReport[]> {
  const states = await reader.sources();
  const reports: SourceReport[] = [];
  for (const { id, kind, enabled, minIntervalMs } of config.sources) {
    if (source === undefined ? !enabled : id !== source) continue;
    const state = states.find((each) => each.id === id) ?? { ...UNKNOWN, id, kind };
    const facts = counted ? await readAllFacts(reader, state) : await readFacts(reader, state);
    const days = auditDays(facts);
    const until = completeUntil(facts);
    const intervalMs = minIntervalMs ?? INTERVALS[kind] ?? INTERVAL;
    reports.push({ id, facts, days, coverage: coverageOf(days), until, intervalMs });
  }
  return reports;
}

/** A source that was never harvested. */
const UNKNOWN: Omit<SourceState, 'id' | 'kind'> = {
  from: null,
  watermark: null,
  memory: {},
  state: '',
  reason: '',
  nextAttemptAt: null,
  attempt: 0,
  lastSuccessAt: null,
  failures: 0,
  retries: 0,
};
