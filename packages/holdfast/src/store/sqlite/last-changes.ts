import type { RecordRows } from '../port.ts';
import type { Connection } from './database.ts';

/** Arrays, since this is read for every row of the store: id, version, newest stamp, then the change. */
type Found = readonly [string, string, string, bigint, string, string, bigint];

const SELECT = `SELECT p.id, p.version, p.datestamp, c.seq, c.datestamp, c.hash, c.hash_version
  FROM papers p JOIN changes c ON c.seq = p.seq WHERE p.source = ? AND p.id > ? ORDER BY p.id, p.version LIMIT ?`;

/** Whole records in the order of their ids' bytes, each row with the last change of it. */
export function readLastChanges(
  db: Connection,
  source: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): readonly RecordRows[] {
  const found = db.arrays(SELECT, source, after, limit) as readonly Found[];
  const records: Draft[] = [];
  for (const row of found) {
    const [id, , datestamp] = row;
    let record = records.at(-1);
    if (record?.id !== id) records.push((record = { id, datestamp, rows: [] }));
    record.rows.push(rowOf(row));
    if (datestamp > record.datestamp) record.datestamp = datestamp;
  }
  if (found.length < limit) return records;
  // The last record may go on beyond the page; one that fills it alone is asked for with a larger one.
  if (records.length === 1) return readLastChanges(db, source, { after, limit: limit * 4 });
  return records.slice(0, -1);
}

interface Draft {
  readonly id: string;
  datestamp: string;
  readonly rows: RecordRows['rows'][number][];
}

function rowOf([, version, , seq, datestamp, hash, hashVersion]: Found): RecordRows['rows'][number] {
  return { seq, version: version === '' ? null : version, datestamp, hash, hashVersion: Number(hashVersion) };
}
