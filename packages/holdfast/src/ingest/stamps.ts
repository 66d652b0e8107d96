import { addDays, type Day } from '../model/day.ts';
import type { Item } from '../model/item.ts';

/** Whether a datestamp lies in the upstream's own future. A day of tolerance: midnights differ. */
export function isImpossible(datestamp: string, today: Day): boolean {
  return datestamp.slice(0, 10) > addDays(today, 1);
}

/**
 * Some repositories stamp a record years ahead. Kept as given, such a stamp would make every later, rightly
 * stamped update look stale and lose it: it is cut back to tomorrow. The raw page keeps what was said.
 */
export function cutImpossibleStamps(items: readonly Item[], today: Day): readonly Item[] {
  if (!items.some((item) => item.type !== 'journal' && isImpossible(item.datestamp, today))) return items;
  return items.map((item) =>
    item.type !== 'listed' && item.type !== 'journal' && isImpossible(item.datestamp, today)
      ? { ...item, datestamp: addDays(today, 1) }
      : item,
  );
}
