import type { Connection } from './database.ts';
import { insertChecked, updateChecked } from './row-check.ts';
import { number } from './rows.ts';

const INSERT = insertChecked('dropped_pages');
const EXTEND = updateChecked('dropped_pages', { last: '?1' }, 'first = ?2');

/**
 * Drops raw pages that were fetched before `before` (wall ms), the oldest first; returns how many. The rows that
 * name them stay as they are, since to rewrite them would write the whole store anew: the numbers are noted
 * as dropped instead, as ranges, which pages of one time make few.
 */
export function dropRawPages(db: Connection, before: number, limit: number): number {
  const sql = 'SELECT number FROM raw_pages WHERE fetched_at < ? ORDER BY fetched_at, number LIMIT ?';
  const numbers = db.all(sql, before, limit).map((row) => number(row, 'number'));
  for (const each of numbers) {
    db.run('DELETE FROM raw_pages WHERE number = ?', each);
    noteDropped(db, each);
  }
  return numbers.length;
}

/** Whether the page was dropped because its time was over. */
export function isDropped(db: Connection, page: bigint): boolean {
  const sql = 'SELECT last FROM dropped_pages WHERE first <= ? ORDER BY first DESC LIMIT 1';
  const range = db.getBig(sql, page);
  return range !== undefined && (range['last'] as bigint) >= page;
}

/** Adds a number to the range before it or after it, or joins the two. */
function noteDropped(db: Connection, page: number): void {
  const below = db.get(
    'SELECT first, last FROM dropped_pages WHERE first < ? ORDER BY first DESC LIMIT 1',
    page,
  );
  const before = below && number(below, 'last') === page - 1 ? below : null;
  const after = db.get('SELECT first, last FROM dropped_pages WHERE first = ?', page + 1);
  const last = after ? number(after, 'last') : page;
  if (after) db.run('DELETE FROM dropped_pages WHERE first = ?', page + 1);
  if (before) db.run(EXTEND, last, number(before, 'first'));
  else db.run(INSERT, page, last);
}
