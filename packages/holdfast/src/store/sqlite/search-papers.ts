import { ftsQuery } from '../../query/fts-query.ts';
import { parseQuery } from '../../query/parse-query.ts';
import type { SearchHit } from '../port.ts';
import type { Connection } from './database.ts';
import { PAPER_COLUMNS, text, toPaper } from './rows.ts';

// A word of the title weighs more than one of the abstract.
const SQL = `SELECT ${PAPER_COLUMNS}, snippet(search, -1, '', '', '…', 32) AS snippet
  FROM search JOIN papers p ON p.record = search.rowid AND p.latest = 1
  WHERE search MATCH ?1 AND (?2 IS NULL OR p.source = ?2)
    AND (?3 IS NULL OR EXISTS (
      SELECT 1 FROM json_each(p.fields, '$.categories') AS c WHERE c.value = ?3 COLLATE NOCASE))
  ORDER BY bm25(search, 4.0, 1.0, 2.0, 1.0) LIMIT ?4`;

/**
 * Finds latest versions, best first.
 * @throws HoldfastError `ERR_QUERY`
 */
export function searchPapers(
  connection: Connection,
  query: string,
  { source, category, limit = 20 }: { source?: string; category?: string; limit?: number },
): readonly SearchHit[] {
  const expression = ftsQuery(parseQuery(query));
  return connection
    .allBig(SQL, expression, source ?? null, category ?? null, limit)
    .map((row) => ({ paper: toPaper(row), snippet: text(row, 'snippet') }));
}
