import { addDays, type Day } from '../model/day.ts';
import type { Item } from '../model/item.ts';

/** Whether a datestamp lies in the upstream's own future. A day of tolerance: midnights differ. */
export function isImpossible(datestamp: string, today: Day): boolean {
  return isBeyond(datestamp, addDays(today, 1));
}

function isBeyond(datestamp: string, last: Day): boolean {
  return datestamp.slice(0, 10) > last;
}

/**
 * Some repositories stamp a record years ahead. Kept as given, such a stamp would make every later, rightly
 * stamped update look stale and lose it: it is cut back to tomorrow. The raw page keeps what was said.
 */
export function cutImpossibleStamps(items: readonly Item[], today: Day): readonly Item[] {
  const last = addDays(today, 1);
  if (!items.some((item) => item.type !== 'journal' && isBeyond(item.datestamp, last))) return items;
  return items.map((item) =>
    item.type !== 'listed' && item.type !== 'journal' && isBeyond(item.datestamp, last)
      ? { ...item, datestamp: last }
      : item,
  );
}
