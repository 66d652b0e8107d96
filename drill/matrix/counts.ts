import { compare, examplesOf } from '../checker/compare.ts';
import type { ExportedLine, GapLine, QuarantineLine } from '../product/installation.ts';
import type { Ledger } from '../upstream/ledger.ts';

/** The numbers of one row, all of them counted from a ledger and from what the product shows. */
export interface Counts {
  readonly upstream: number;
  readonly store: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly gaps: number;
  readonly quarantined: number;
  /** Absent, and never listed by the upstream. */
  readonly withheld: number;
  readonly requests: number;
  /** A few of the identifiers that are lost or unexpected. */
  readonly examples: readonly string[];
}

/** What one source of the product shows. */
export interface Shown {
  readonly papers: readonly ExportedLine[];
  readonly gaps: readonly GapLine[];
  readonly quarantine: readonly QuarantineLine[];
}

/**
 * Compares what an upstream held with what the product shows, identifier by identifier.
 * `owed`: the run ended before it was caught up and says so; what is absent then is not lost but still to come.
 */
export function countRow(
  ledger: Ledger,
  shown: Shown,
  options: { readonly withholds: boolean; readonly owed: boolean },
): Counts {
  const comparison = compare(ledger, shown.papers, { ...shown, ...options });
  const { lost, duplicated, unexpected, withheld } = comparison;
  return {
    upstream: ledger.truth.size,
    store: new Set(shown.papers.map(({ id }) => id)).size,
    lost: lost.length,
    duplicated: duplicated.length,
    unexpected: unexpected.length,
    gaps: shown.gaps.length,
    quarantined: shown.quarantine.length,
    withheld: withheld.length,
    requests: ledger.exchanges.length,
    examples: examplesOf(comparison),
  };
}

/** The counts of several upstreams of one row. */
export function sumCounts(all: readonly Counts[]): Counts {
  const sum = (key: Exclude<keyof Counts, 'examples'>): number =>
    all.reduce((total, counts) => total + counts[key], 0);
  return {
    upstream: sum('upstream'),
    store: sum('store'),
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    unexpected: sum('unexpected'),
    gaps: sum('gaps'),
    quarantined: sum('quarantined'),
    withheld: sum('withheld'),
    requests: sum('requests'),
    examples: all.flatMap(({ examples }) => examples),
  };
}
