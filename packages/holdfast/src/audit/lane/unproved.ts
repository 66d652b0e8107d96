import type { AuditRun } from '../../model/audit.ts';
import type { ClosedRange } from '../../sources/inventory.ts';

/** So many ranges are kept; more of them are one, from the first to the last. */
const MOST_RANGES = 100;

/** A run that could not go over these days: it says nothing of them, whatever else it finds. */
export function withUnproved(run: AuditRun, range: ClosedRange): AuditRun {
  return { ...run, unproved: joined([...(run.unproved ?? []), range]) };
}

function joined(ranges: readonly ClosedRange[]): readonly ClosedRange[] {
  const apart: ClosedRange[] = [];
  for (const range of ranges.toSorted((one, other) => (one.from < other.from ? -1 : 1))) {
    const last = apart.at(-1);
    if (last === undefined || last.to < range.from) apart.push(range);
    else if (last.to < range.to) apart[apart.length - 1] = { from: last.from, to: range.to };
  }
  const [first, last] = [apart[0], apart.at(-1)];
  return apart.length > MOST_RANGES && first !== undefined && last !== undefined
    ? [{ from: first.from, to: last.to }]
    : apart;
}
