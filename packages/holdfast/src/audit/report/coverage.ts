import type { Day } from '../../model/day.ts';
import type { JudgedDay } from './audit-days.ts';

/** How much of a source's scope is complete, in days. */
export interface Coverage {
  readonly days: number;
  readonly complete: number;
  readonly pending: number;
  readonly gap: number;
  /** Of the pending ones, those that are not over yet: nothing is owed for them. */
  readonly young: number;
  /** The oldest day that ought to be complete and is not; null when there is none. */
  readonly oldestOpen: Day | null;
}

/** Counts the days by verdict. */
export function coverageOf(days: readonly JudgedDay[]): Coverage {
  const having = (verdict: JudgedDay['verdict']): number =>
    days.filter((day) => day.verdict === verdict).length;
  return {
    days: days.length,
    complete: having('complete'),
    pending: having('pending'),
    gap: having('gap'),
    young: days.filter(({ due }) => !due).length,
    oldestOpen: days.find(({ verdict, due }) => due && verdict !== 'complete')?.day ?? null,
  };
}

/** The share of complete days among those that are over as text, rounded down: all of them alone are `100 %`. */
export function shareOf({ complete, days, young }: Pick<Coverage, 'complete' | 'days' | 'young'>): string {
  const over = days - young;
  if (over === 0) return '0 %';
  if (complete === over) return '100 %';
  return `${(Math.floor((complete / over) * 10_000) / 100).toFixed(2)} %`;
}

/** Days in a row of which the same is known. */
export interface DaySpan extends Pick<JudgedDay, 'source' | 'verdict' | 'reason' | 'due' | 'at' | 'by'> {
  readonly from: Day;
  /** The last one, included. */
  readonly last: Day;
  readonly days: number;
  readonly records: number;
}

/** The days put together where verdict and reason are the same; of a complete span, `at` is the oldest proof. */
export function spansOf(days: readonly JudgedDay[]): readonly DaySpan[] {
  const spans: DaySpan[] = [];
  for (const { day, gaps: _gaps, ...rest } of days) {
    const before = spans.at(-1);
    if (before === undefined || !isSame(before, rest)) {
      spans.push({ ...rest, from: day, last: day, days: 1 });
      continue;
    }
    const at = before.at === null || rest.at === null ? null : Math.min(before.at, rest.at);
    const records = before.records + rest.records;
    spans[spans.length - 1] = { ...before, at, records, last: day, days: before.days + 1 };
  }
  return spans;
}

function isSame(
  a: Pick<JudgedDay, 'verdict' | 'reason' | 'due' | 'by'>,
  b: Pick<JudgedDay, 'verdict' | 'reason' | 'due' | 'by'>,
): boolean {
  return a.verdict === b.verdict && a.reason === b.reason && a.due === b.due && a.by === b.by;
}
