import type { Day } from '../../model/day.ts';
import type { DayCount } from '../port.ts';
import type { Connection } from './database.ts';
import { number, text } from './rows.ts';

/** See `StoreReader.countByDay`. */
export function countDays(
  db: Connection,
  source: string,
  { from, to }: { readonly from: Day; readonly to: Day },
): readonly DayCount[] {
  const sql = `SELECT substr(datestamp, 1, 10) AS day, count(*) AS count, sum(version = '1') AS first FROM papers
    WHERE source = ? AND datestamp >= ? AND datestamp < ? GROUP BY day ORDER BY day`;
  return db.all(sql, source, from, to).map((row) => ({
    day: text(row, 'day'),
    rows: number(row, 'count'),
    first: number(row, 'first'),
  }));
}
