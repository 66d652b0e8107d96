import type { Counts } from './counts.ts';
import type { Check, Row } from './row.ts';

/** What a row proves: nothing when its fault did not fire. */
export type Verdict = 'valid' | 'invalid' | 'unknown';

/** A played row. */
export interface Result {
  readonly name: string;
  readonly group: string;
  readonly about: string;
  readonly seed: number;
  /** Faults that fired, by the ledger. */
  readonly fired: number;
  readonly expectedFired: number | 'some';
  readonly exit: number | null;
  readonly counts: Counts;
  /** Requests beyond those of the same walk without a fault; null where there is no such walk. */
  readonly wasted: number | null;
  readonly verdict: Verdict;
  /** Why the verdict is not valid. */
  readonly findings: readonly string[];
  readonly checks: readonly Check[];
  readonly seconds: number;
  readonly peers: Row['peers'];
}

/** What the verdict is made of. */
export interface Judged {
  readonly row: Row;
  readonly fired: number;
  readonly expectedFired: number | 'some';
  readonly exit: number | null;
  readonly counts: Counts;
  readonly wasted: number | null;
  readonly checks: readonly Check[];
}

/** Judges a row. A fault that did not fire, or no traffic, proves nothing, whatever else was seen. */
export function judge(judged: Judged): { readonly verdict: Verdict; readonly findings: readonly string[] } {
  const { fired, expectedFired, counts } = judged;
  const findings = findingsOf(judged);
  const expected = expectedFired === 'some' ? fired > 0 : fired >= expectedFired;
  if (counts.requests === 0) return { verdict: 'unknown', findings: ['no traffic', ...findings] };
  if (!expected) {
    return {
      verdict: 'unknown',
      findings: [`the fault fired ${String(fired)} times, not ${String(expectedFired)}`, ...findings],
    };
  }
  return { verdict: findings.length === 0 ? 'valid' : 'invalid', findings };
}

function findingsOf({ row, exit, counts, wasted, checks }: Judged): readonly string[] {
  const { expect = {} } = row;
  const wanted = { exit: 0, gaps: 0, quarantined: 0, ...expect };
  const { wastedAtMost } = expect;
  return [
    ...(exit === wanted.exit ? [] : [`exit ${String(exit)} instead of ${String(wanted.exit)}`]),
    ...(counts.lost === 0 ? [] : [`${String(counts.lost)} lost`]),
    ...(counts.duplicated === 0 ? [] : [`${String(counts.duplicated)} duplicated`]),
    ...(counts.unexpected === 0 ? [] : [`${String(counts.unexpected)} unexpected`]),
    ...counts.examples,
    ...(counts.gaps === wanted.gaps ? [] : [`${String(counts.gaps)} gaps instead of ${String(wanted.gaps)}`]),
    ...(counts.quarantined === wanted.quarantined
      ? []
      : [`${String(counts.quarantined)} quarantined instead of ${String(wanted.quarantined)}`]),
    ...(wastedAtMost === undefined || (wasted ?? 0) <= wastedAtMost
      ? []
      : [`${String(wasted)} requests wasted, more than ${String(wastedAtMost)}`]),
    ...checks.filter(({ ok }) => !ok).map(({ what, seen }) => `not so: ${what} (${seen})`),
  ];
}
