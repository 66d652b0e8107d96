import type { Row, Verdict } from '../judge.ts';

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
  readonly startedAt: string;
  readonly tookMs: number;
  readonly platform: string;
  readonly node: string;
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Sums up rows. */
export function summarise(
  rows: readonly Row[],
  about: Pick<Summary, 'size' | 'startedAt' | 'tookMs' | 'platform' | 'node'>,
): Summary {
  const count = (wanted: Verdict): number => rows.filter(({ verdict }) => verdict === wanted).length;
  const sum = (key: 'lost' | 'duplicated' | 'unexpected'): number =>
    rows.reduce((total, row) => total + row[key], 0);
  return {
    ...about,
    valid: count('valid'),
    invalid: count('invalid'),
    unknown: count('unknown'),
    notCovered: count('not-covered'),
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    unexpected: sum('unexpected'),
    detectMs: quantiles(rows.flatMap(({ detectMs }) => detectMs ?? [])),
    recoverMs: quantiles(rows.flatMap(({ recoverMs }) => recoverMs ?? [])),
  };
}

/** Nearest-rank quantiles. */
export function quantiles(values: readonly number[]): Quantiles | null {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** 5 when anything was lost or did not hold, 4 when something proved nothing, else 0. */
export function exitCodeOf({ summary }: Report): number {
  if (summary.invalid > 0) return 5;
  return summary.unknown > 0 || summary.valid === 0 ? 4 : 0;
}
