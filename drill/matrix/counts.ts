import type { ExportedLine, GapLine, QuarantineLine } from '../product/installation.ts';
import type { Ledger, TruthRecord } from '../upstream/ledger.ts';

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
  const { truth, served } = ledger;
  const stored = new Set(shown.papers.map(({ id }) => id));
  const absent = [...truth.values()].filter((record) => !stored.has(record.id) && !isVisible(record, shown));
  const withheld = options.withholds ? absent.filter(({ id }) => !served.has(id)) : [];
  const lost = options.owed ? [] : absent.filter((record) => !withheld.includes(record));
  const unexpected = shown.papers.filter((paper) => isUnexpected(paper, truth.get(paper.id)));
  return {
    upstream: truth.size,
    store: stored.size,
    lost: lost.length,
    duplicated: shown.papers.length - stored.size,
    unexpected: unexpected.length,
    gaps: shown.gaps.length,
    quarantined: shown.quarantine.length,
    withheld: withheld.length,
    requests: ledger.exchanges.length,
    examples: [
      ...lost.slice(0, 3).map(({ id }) => `lost ${id}`),
      ...unexpected.slice(0, 3).map(({ id }) => `unexpected ${id}`),
    ],
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

/** Listed in the quarantine or in the gaps, by itself or with its range of days. */
function isVisible({ id, datestamp }: TruthRecord, { gaps, quarantine }: Shown): boolean {
  return (
    quarantine.some((entry) => entry.id === id) ||
    gaps.some((gap) => gap.id === id || (gap.range !== undefined && covers(gap.range, datestamp)))
  );
}

function covers(range: string, datestamp: string): boolean {
  const [from = '', to = ''] = range.slice(range.lastIndexOf('/') + 1).split('..');
  return datestamp >= from && (to === '' || datestamp < to);
}

/** Never published, or not as the upstream says: another version, alive although deleted, or the reverse. */
function isUnexpected(paper: ExportedLine, record: TruthRecord | undefined): boolean {
  if (record === undefined) return true;
  const version = record.version === undefined ? null : String(record.version);
  return (
    paper.deleted !== (record.deleted ?? false) ||
    (paper.version !== null && version !== null && paper.version !== version)
  );
}
