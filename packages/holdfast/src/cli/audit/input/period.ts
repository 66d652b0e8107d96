import type { IdKind } from './found-id.ts';

/**
 * First and last of a data set, both within it: months `YYYY-MM` of arXiv's numbers, days `YYYY-MM-DD` of other records.
 * Both are text that orders like time, and a month orders before its days.
 */
export interface Period {
  readonly first: string;
  readonly last: string;
}

/** When an identifier or a record belongs to; null when nothing tells. */
export function periodOf(kind: IdKind, id: string, datestamp: string | null): string | null {
  return kind === 'arxiv' ? monthOfArxivId(id) : (datestamp?.slice(0, 10) ?? null);
}

/** The month in whose numbers an id of arXiv is: `2301.00001` and `hep-th/9901001` tell it. */
export function monthOfArxivId(id: string): string | null {
  const [, year = '', month = ''] = /(?:^|\/)(\d{2})(\d{2})(?:\.\d{4,6}|\d{3})$/.exec(id) ?? [];
  if (year === '') return null;
  return `${Number(year) >= 91 ? '19' : '20'}${year}-${month}`;
}

/** The period and one more place in it. */
export function widen(period: Period | null, at: string | null): Period | null {
  if (at === null) return period;
  if (period === null) return { first: at, last: at };
  return { first: at < period.first ? at : period.first, last: at > period.last ? at : period.last };
}

/** What is compared: from a place on, and before another one where a person narrowed it. */
export interface Scope {
  readonly from: string | null;
  /** Half-open. */
  readonly to: string | null;
  /** The last place of which the data set has something: what comes later it may not have claimed. */
  readonly last: string | null;
}

/** Whether a place lies in the scope, a month with any of its days; one that is not known does. */
export function isWithin({ from, to }: Scope, at: string | null): boolean {
  if (at === null) return true;
  const firstDay = at.length === MONTH ? `${at}-01` : at;
  return (from === null || at >= from.slice(0, at.length)) && (to === null || firstDay < to);
}

const MONTH = 'YYYY-MM'.length;
