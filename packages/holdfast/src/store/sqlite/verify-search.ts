import type { PaperFields } from '../../model/paper.ts';
import { searchTexts } from '../../query/match-query.ts';
import type { Connection, Row } from './database.ts';
import { big, number, text } from './rows.ts';

const INDEXED = "SELECT value FROM counters WHERE name = 'indexed'";
const LAST = 'SELECT max(seq) AS seq FROM papers WHERE source = ? AND id = ?';
const SEARCH = 'SELECT title, abstract, authors, categories FROM search WHERE rowid = ?';

/**
 * What is wrong with the text by which a row of `papers` is found; null when it is right, when the row is not the latest
 * of its record, or when the index, which lags behind the feed, has not come to it.
 */
export function searchProblem(db: Connection, row: Row): string | null {
  if (number(row, 'latest') !== 1) return null;
  const indexed = db.getBig(INDEXED);
  // Also an older version that came since, or went, is a change of the record.
  const last = db.getBig(LAST, text(row, 'source'), text(row, 'id'));
  if (!indexed || !last || big(indexed, 'value') < big(last, 'seq')) return null;
  const found = db.get(SEARCH, big(row, 'record'));
  const fields = JSON.parse(text(row, 'fields')) as PaperFields;
  if (fields.deleted) return found ? 'it is deleted, but it is found by a search' : null;
  if (!found) return 'it is not in the index of the search';
  const texts = searchTexts(fields);
  const same = (['title', 'abstract', 'authors', 'categories'] as const).every(
    (name) => found[name] === texts[name],
  );
  return same ? null : 'the text by which it is searched is not its own';
}
