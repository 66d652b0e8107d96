import type { Day } from '../../model/day.ts';
import type { StoredPaper } from '../../model/paper.ts';
import type { StampedQuery } from '../port.ts';
import type { Connection } from './database.ts';
import { big, PAPER_COLUMNS, text, toPaper } from './rows.ts';

/** See `StoreReader.stamped`. */
export function readStamped(
  db: Connection,
  source: string,
  { from, to, after, limit }: StampedQuery,
): readonly (readonly StoredPaper[])[] {
  const sql = `SELECT id, seq FROM papers INDEXED BY papers_by_stamp WHERE latest = 1 AND source = ?1
    AND datestamp >= ?2 AND (?3 IS NULL OR datestamp < ?3) AND (datestamp, id) > (?4, ?5)
    ORDER BY datestamp, id LIMIT ?6`;
  const begin = after?.datestamp ?? from;
  const found = db.allBig(sql, source, begin, to, after?.datestamp ?? '', after?.id ?? '', limit);
  const versions = `SELECT ${PAPER_COLUMNS} FROM papers p WHERE p.source = ? AND p.id = ? ORDER BY p.latest DESC, p.seq DESC`;
  return found.map((row) => {
    const seq = big(row, 'seq');
    const papers = db.allBig(versions, source, text(row, 'id')).map(toPaper);
    return papers.filter((paper) => paper.seq === seq).concat(papers.filter((paper) => paper.seq !== seq));
  });
}

/** See `StoreReader.unnumbered`. */
export function readUnnumbered(
  db: Connection,
  source: string,
  { from, to }: { readonly from: Day; readonly to: Day },
  limit: number,
): readonly string[] {
  const sql = `SELECT id FROM papers INDEXED BY papers_by_stamp WHERE latest = 1 AND source = ? AND datestamp >= ?
    AND datestamp < ? AND version = '' AND NOT json_extract(fields, '$.deleted') LIMIT ?`;
  return db.all(sql, source, from, to, limit).map((row) => text(row, 'id'));
}
