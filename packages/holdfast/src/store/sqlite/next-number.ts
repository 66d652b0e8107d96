import type { Connection } from './database.ts';
import { number } from './rows.ts';

/** The number that the next row of a table gets, also when rows have been deleted: the check of a row covers it. */
export function nextNumber(db: Connection, table: 'raw_pages' | 'quarantine'): number {
  const row = db.get('SELECT coalesce(max(seq), 0) + 1 AS next FROM sqlite_sequence WHERE name = ?', table);
  return number(row ?? {}, 'next');
}
