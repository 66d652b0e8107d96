import { linkKeys } from '../../identity/link-keys.ts';
import type { PaperFields } from '../../model/paper.ts';
import { searchTexts } from '../../query/match-query.ts';
import type { Connection } from './database.ts';
import { insertChecked } from './row-check.ts';
import { big, number, text } from './rows.ts';
import { transaction } from './transaction.ts';

/** More in one transaction would hold up commits for too long. */
const MOST_AT_ONCE = 500;
const MOVE = insertChecked('counters', 'INSERT OR REPLACE');
/** How far the words are indexed, and how far the links: a store of before has words and no links. */
const POSITIONS = `SELECT
  coalesce((SELECT value FROM counters WHERE name = 'indexed'), 0) AS indexed,
  coalesce((SELECT value FROM counters WHERE name = 'linked'), 0) AS linked`;

/** Indexes up to `limit` changes, in transactions of at most 500; returns how many are left. */
export function indexChanges(connection: Connection, limit: number): number {
  let todo = limit;
  while (todo > 0) {
    const done = transaction(connection, () => indexSome(connection, Math.min(todo, MOST_AT_ONCE)));
    if (done === 0) break;
    todo -= done;
  }
  const left = connection.get(
    `SELECT (SELECT coalesce(max(seq), 0) FROM changes) - min(indexed, linked) AS left FROM (${POSITIONS})`,
  );
  return number(left ?? {}, 'left');
}

function indexSome(connection: Connection, limit: number): number {
  const at = connection.getBig(POSITIONS) ?? {};
  const [indexed, linked] = [big(at, 'indexed'), big(at, 'linked')];
  const changed = connection.allBig(
    'SELECT seq, source, id FROM changes WHERE seq > ? ORDER BY seq LIMIT ?',
    indexed < linked ? indexed : linked,
    limit,
  );
  const last = changed.at(-1);
  if (!last) return 0;
  // The last change of a record is the one that counts.
  const records = new Map(changed.map((row) => [JSON.stringify([row['source'], row['id']]), row]));
  for (const row of records.values()) {
    const latest = connection.getBig(LATEST, text(row, 'source'), text(row, 'id'));
    if (!latest) continue;
    const record = big(latest, 'record');
    const fields = JSON.parse(text(latest, 'fields')) as PaperFields;
    if (big(row, 'seq') > indexed) indexWords(connection, record, fields);
    if (big(row, 'seq') > linked) indexLinks(connection, record, fields);
  }
  const end = big(last, 'seq');
  if (end > indexed) connection.run(MOVE, 'indexed', end);
  if (end > linked) connection.run(MOVE, 'linked', end);
  return changed.length;
}

const LATEST = 'SELECT record, fields FROM papers WHERE source = ? AND id = ? AND latest = 1';

/** Only the latest version is searched, and a deleted record is not. */
function indexWords(connection: Connection, record: bigint, fields: PaperFields): void {
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

/** The names of the latest version; a deleted record keeps those of its last known metadata. */
function indexLinks(connection: Connection, record: bigint, fields: PaperFields): void {
  connection.run('DELETE FROM links WHERE record = ?', record);
  for (const key of linkKeys(fields)) connection.run('INSERT INTO links VALUES (?, ?)', record, key);
}
