import type { AuditRun } from '../../model/audit.ts';
import type { Day } from '../../model/day.ts';
import type { Gap } from '../../model/gap.ts';
import type { Window } from '../../model/window.ts';

/** What is known of a source's harvest, as far as completeness is reckoned from it. */
export interface SourceFacts {
  readonly source: string;
  readonly kind: string;
  /** The first day that is harvested; null before the first plan. */
  readonly from: Day | null;
  /** The upstream's day by its own answers; null before the first. */
  readonly upstreamDay: Day | null;
  /** Of the harvest, not of audits and imports. */
  readonly windows: readonly Window[];
  readonly gaps: readonly Gap[];
  readonly audits: readonly AuditRun[];
  /** How many records of each datestamp's day are here; empty when nobody counted them. */
  readonly records: ReadonlyMap<Day, number>;
  /** How many of a day's records are in the quarantine and were not settled. */
  readonly quarantined: ReadonlyMap<Day, number>;
}

/** The lists that make up one source; a day is complete when it is so in each of them. */
const STREAMS: Readonly<Record<string, readonly string[]>> = {
  arxiv: ['list'],
  'oai-pmh': ['list'],
  biorxiv: ['details', 'pubs'],
  medrxiv: ['details', 'pubs'],
};

/** The streams of a source: those of its kind, and whatever else has windows. */
export function streamsOf({ kind, windows }: Pick<SourceFacts, 'kind' | 'windows'>): readonly string[] {
  return [...new Set([...(STREAMS[kind] ?? []), ...windows.map(({ stream }) => stream)])];
}
