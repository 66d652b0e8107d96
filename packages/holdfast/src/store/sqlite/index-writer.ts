import type { PaperFields } from '../../model/paper.ts';
import { searchTexts } from '../../query/match-query.ts';
import type { Connection } from './database.ts';
import { updateChecked } from './row-check.ts';
import { big, number, text } from './rows.ts';
import { transaction } from './transaction.ts';

/** More in one transaction would hold up commits for too long. */
const MOST_AT_ONCE = 500;

/** Indexes up to `limit` changes, in transactions of at most 500; returns how many are left. */
export function indexChanges(connection: Connection, limit: number): number {
  let todo = limit;
  while (todo > 0) {
    const done = transaction(connection, () => indexSome(connection, Math.min(todo, MOST_AT_ONCE)));
    if (done === 0) break;
    todo -= done;
  }
  const left = connection.get(`SELECT coalesce(max(seq), 0) - (${POSITION}) AS left FROM changes`);
  return number(left ?? {}, 'left');
}

const MOVE = updateChecked('counters', { value: '?1' }, "name = 'indexed'");
const POSITION = "SELECT value FROM counters WHERE name = 'indexed'";

function indexSome(connection: Connection, limit: number): number {
  const changed = connection.allBig(
    `SELECT seq, source, id FROM changes WHERE seq > (${POSITION}) ORDER BY seq LIMIT ?`,
    limit,
  );
  const last = changed.at(-1);
  if (!last) return 0;
  const records = new Map(changed.map((row) => [JSON.stringify([row['source'], row['id']]), row]));
  for (const row of records.values()) indexRecord(connection, text(row, 'source'), text(row, 'id'));
  connection.run(MOVE, big(last, 'seq'));
  return changed.length;
}

/** Only the latest version is searched, and a deleted record is not. */
function indexRecord(connection: Connection, source: string, id: string): void {
  const row = connection.getBig(
    'SELECT record, fields FROM papers WHERE source = ? AND id = ? AND latest = 1',
    source,
    id,
  );
  if (!row) return;
  const record = big(row, 'record');
  const fields = JSON.parse(text(row, 'fields')) as PaperFields;
  connection.run('DELETE FROM search WHERE rowid = ?', record);
  if (fields.deleted) return;
  const { title, abstract, authors, categories } = searchTexts(fields);
  connection.run(
    'INSERT INTO search (rowid, title, abstract, authors, categories) VALUES (?, ?, ?, ?, ?)',
    record,
    title,
    abstract,
    authors,
    categories,
  );
}
