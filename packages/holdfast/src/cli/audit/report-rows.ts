import { spansOf, type DaySpan } from '../../audit/report/index.ts';
import { addDays, startOf } from '../../model/day.ts';
import { gapRow, type GapRow } from '../rows.ts';
import type { SourceReport } from './source-report.ts';

/** Days of a source in a row of which the same is known, as a row of `audit --json`. */
export interface DaysRow {
  readonly source: string;
  /** `<from>..<to>`, half-open days. */
  readonly range: string;
  readonly reason: string;
  /** Since when it is known, or since when the first day is owed. */
  readonly since: string;
  readonly attempts: number;
  readonly state: 'complete' | 'pending' | 'gap';
  readonly days: number;
  /** What confirmed complete days; null for others. */
  readonly by: DaySpan['by'];
}

/** A row of `audit --json`. */
export type ReportRow = GapRow | DaysRow;

/**
 * What is missing or owed: gaps of records and ranges, and days that are not complete. Days that are not over are owed
 * to nobody: they are there with `all`, as complete ones are.
 */
export function reportRows(reports: readonly SourceReport[], all: boolean): readonly ReportRow[] {
  return reports.flatMap(({ facts, days }): ReportRow[] => [
    ...facts.gaps.map(gapRow),
    ...spansOf(days)
      .filter(({ verdict, due }) => all || (due && verdict !== 'complete'))
      .map((span) => daysRow(span, facts.windows)),
  ]);
}

function daysRow(span: DaySpan, windows: SourceReport['facts']['windows']): DaysRow {
  const { source, from, last, days, reason, verdict, by, at } = span;
  const to = addDays(last, 1);
  const touching = windows.filter((window) => window.from < to && (window.to === null || window.to > from));
  return {
    source,
    range: `${from}..${to}`,
    reason,
    since: new Date(at ?? startOf(addDays(from, 1))).toISOString(),
    attempts: verdict === 'complete' ? 0 : Math.max(0, ...touching.map(({ attempts }) => attempts)),
    state: verdict,
    days,
    by,
  };
}
