import type { PaperFields } from '../../model/paper.ts';
import { ftsQuery } from '../../query/fts-query.ts';
import { matchesQuery } from '../../query/match-query.ts';
import { parseQuery } from '../../query/parse-query.ts';
import type { Query } from '../../query/parse-query.ts';
import type { ExportQuery } from '../port.ts';
import type { Connection, Row } from './database.ts';
import { big, text } from './rows.ts';

const PAGE = 500;
const POSITION = "SELECT value FROM counters WHERE name = 'indexed'";

/**
 * The `seq` of every row that an export may hold, in order: 8 bytes each. Source and category are looked at
 * when the rows are read.
 * @throws HoldfastError `ERR_QUERY`
 */
export function selectSeqs(db: Connection, options: ExportQuery): BigInt64Array {
  const all =
    options.query === undefined
      ? everySeq(db, options)
      : matchingSeqs(db, parseQuery(options.query), options);
  return all.sort();
}

function everySeq(db: Connection, { allVersions = false, sinceSeq = 0n }: ExportQuery): BigInt64Array {
  const last = big(db.getBig('SELECT coalesce(max(seq), 0) AS n FROM changes') ?? {}, 'n');
  // Near the end of the feed the rows themselves are few; else an index is far smaller than they are.
  const index = allVersions ? 'papers_by_id' : 'papers_latest';
  const path = sinceSeq * 2n > last ? 'NOT INDEXED' : `INDEXED BY ${index}`;
  const where = allVersions ? 'seq > ?' : 'latest = 1 AND seq > ?';
  return collect(db.bigStatement(`SELECT seq FROM papers ${path} WHERE ${where}`).iterate(sinceSeq));
}

/** The index answers for what it has seen; the rest is compared one by one, so that its lag hides nothing. */
function matchingSeqs(
  db: Connection,
  query: Query,
  { allVersions, sinceSeq = 0n }: ExportQuery,
): BigInt64Array {
  const latest = [...indexed(db, query), ...notIndexed(db, query)];
  const rows = allVersions === true ? latest.flatMap((row) => versionsOf(db, row)) : latest;
  return collect(rows.filter((row) => big(row, 'seq') > sinceSeq));
}

function indexed(db: Connection, query: Query): readonly Row[] {
  const sql = `SELECT p.seq, p.source, p.id FROM search JOIN papers p ON p.record = search.rowid AND p.latest = 1
    WHERE search MATCH ? AND p.seq <= (${POSITION})`;
  return db.allBig(sql, ftsQuery(query));
}

function notIndexed(db: Connection, query: Query): readonly Row[] {
  const sql = `SELECT seq, source, id, fields FROM papers WHERE seq > max(?, (${POSITION})) AND latest = 1
    ORDER BY seq LIMIT ${PAGE}`;
  const found: Row[] = [];
  for (let after = 0n; ;) {
    const page = db.allBig(sql, after);
    for (const { seq, source, id, fields } of page) {
      const paper = JSON.parse(String(fields)) as PaperFields;
      if (!paper.deleted && matchesQuery(query, paper)) found.push({ seq, source, id });
    }
    if (page.length < PAGE) return found;
    after = big(page.at(-1) ?? { seq: after }, 'seq');
  }
}

function versionsOf(db: Connection, row: Row): readonly Row[] {
  return db.allBig(
    'SELECT seq FROM papers WHERE source = ? AND id = ?',
    text(row, 'source'),
    text(row, 'id'),
  );
}

function collect(rows: Iterable<unknown>): BigInt64Array {
  let seqs = new BigInt64Array(1024);
  let count = 0;
  for (const row of rows) {
    if (count === seqs.length) {
      const larger = new BigInt64Array(count * 2);
      larger.set(seqs);
      seqs = larger;
    }
    seqs[count] = big(row as Row, 'seq');
    count += 1;
  }
  return seqs.subarray(0, count);
}
