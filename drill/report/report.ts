import type { Counts } from '../fault.ts';
import type { Row, Verdict } from '../judge.ts';
import { mayStayUncovered } from '../catalogue/not-covered.ts';

/** The whole of a drill; the names are part of the contract with the outside. */
export interface Report {
  readonly seed: number;
  readonly version: string;
  readonly rows: readonly Row[];
  readonly summary: Summary;
}

/** What all rows together came to. */
export interface Summary {
  readonly size: string;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly notCovered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  /** Of the rows that have such a moment, ms; null = none has. */
  readonly detectMs: Quantiles | null;
  readonly recoverMs: Quantiles | null;
  /** What the rows that proved anything counted, together. */
  readonly counts: Required<Counts>;
  /** Rows that were not played and that nothing committed lets stay so; looked at only where everything is demanded. */
  readonly unexcused: readonly string[];
  /** Somebody ended it before its last row. */
  readonly interrupted: boolean;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly platform: string;
  readonly node: string;
  /** Cores and memory, in a few words. */
  readonly machine: string;
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What is known of a drill beside its rows. */
export type About = Pick<Summary, 'size' | 'startedAt' | 'tookMs' | 'platform' | 'node' | 'machine'> & {
  readonly interrupted?: boolean;
  /** Everything is demanded: see drill/catalogue/not-covered.ts. */
  readonly requireAll?: boolean;
};

/** Sums up rows. */
export function summarise(rows: readonly Row[], { requireAll = false, ...about }: About): Summary {
  const tally = (wanted: Verdict): number => rows.filter(({ verdict }) => verdict === wanted).length;
  const sum = (key: 'lost' | 'duplicated' | 'unexpected'): number =>
    rows.reduce((total, row) => total + row[key], 0);
  const uncovered = rows.filter(({ verdict }) => verdict === 'not-covered');
  return {
    interrupted: false,
    ...about,
    valid: tally('valid'),
    invalid: tally('invalid'),
    unknown: tally('unknown'),
    notCovered: uncovered.length,
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    unexpected: sum('unexpected'),
    detectMs: quantiles(rows.flatMap(({ detectMs }) => detectMs ?? [])),
    recoverMs: quantiles(rows.flatMap(({ recoverMs }) => recoverMs ?? [])),
    counts: total(rows),
    unexcused: requireAll ? uncovered.map(({ name }) => name).filter((name) => !mayStayUncovered(name)) : [],
  };
}

/** Only what was judged counts: a row that proved nothing adds nothing to a claim. */
function total(rows: readonly Row[]): Required<Counts> {
  const judged = rows.filter(({ verdict }) => verdict === 'valid' || verdict === 'invalid');
  const sum = (key: keyof Counts): number =>
    judged.reduce((before, { counts }) => before + (counts?.[key] ?? 0), 0);
  return {
    seeds: sum('seeds'),
    kills: sum('kills'),
    crashPoints: sum('crashPoints'),
    powerCuts: sum('powerCuts'),
    mutantsKilled: sum('mutantsKilled'),
    mutantsOf: sum('mutantsOf'),
  };
}

/** Nearest-rank quantiles. */
export function quantiles(values: readonly number[]): Quantiles | null {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** 130 when it was interrupted, 5 when anything was lost or did not hold, 4 when something proved nothing, else 0. */
export function exitCodeOf({ summary }: Report): number {
  if (summary.interrupted) return 130;
  if (summary.invalid > 0) return 5;
  return summary.unknown > 0 || summary.valid === 0 || summary.unexcused.length > 0 ? 4 : 0;
}
