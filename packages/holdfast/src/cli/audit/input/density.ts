import type { Counts, MissingRow } from './compare.ts';
import type { FrozenIds } from './id-set.ts';
import { isWithin, monthOfArxivId, type Scope } from './period.ts';

/**
 * Numbers of arXiv that are not in a data set although a later one of their month is: arXiv numbers the papers of a
 * month from 1 on. Without an inventory they are candidates, since a number may have been left out.
 */
export function* candidateRows(
  source: string,
  ids: FrozenIds,
  scope: Scope,
  now: number,
  counts: Counts,
): Generator<MissingRow> {
  let current = '';
  let next = 1;
  const since = new Date(now).toISOString();
  for (const { month, number } of ids.numbers()) {
    if (month !== current) {
      counts.emptyMonths.push(...monthsBetween(current, month).filter((each) => isWithin(scope, each)));
      current = month;
      next = 1;
    }
    for (; next < number; next += 1) {
      const id = `${month}.${String(next).padStart(month < '1501' ? 4 : 5, '0')}`;
      if (!isWithin(scope, monthOfArxivId(id))) continue;
      counts.missing += 1;
      const reason = 'a later number of this month is in the data set, this one is not';
      yield { source, id, reason, since, attempts: 0, state: 'candidate', datestamp: null };
    }
    next = number + 1;
  }
}

/** Months `YYYY-MM` after one `YYMM` and before another. */
function monthsBetween(from: string, to: string): readonly string[] {
  if (from === '') return [];
  const numberOf = (month: string): number => Number(month.slice(0, 2)) * 12 + Number(month.slice(2)) - 1;
  const months: string[] = [];
  for (let each = numberOf(from) + 1; each < numberOf(to); each += 1) {
    months.push(
      `20${String(Math.floor(each / 12)).padStart(2, '0')}-${String((each % 12) + 1).padStart(2, '0')}`,
    );
  }
  return months;
}
