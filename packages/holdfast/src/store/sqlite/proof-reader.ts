import type { HeldRecord, PageEvidence, StoreIdentity } from '../port.ts';
import type { Connection, Row } from './database.ts';
import { big, number, text } from './rows.ts';

const COLUMNS = "id, version, datestamp, hash, hash_version, json_extract(fields, '$.deleted') AS deleted";

/** Who the store is, and how far it reaches. */
export function readIdentity(db: Connection): StoreIdentity {
  const last = db.getBig('SELECT coalesce(max(seq), 0) AS seq FROM changes') ?? {};
  const batch = db.getBig('SELECT coalesce(max(number), 0) AS number FROM batches') ?? {};
  return {
    epoch: text(db.get('SELECT epoch FROM identity') ?? {}, 'epoch'),
    lastSeq: big(last, 'seq'),
    batch: big(batch, 'number'),
    chain: '',
  };
}

/** The latest rows of a source in the order of their ids. */
export function readHeld(
  db: Connection,
  source: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): readonly HeldRecord[] {
  const sql = `SELECT ${COLUMNS} FROM papers WHERE source = ? AND id > ? AND latest = 1 ORDER BY id LIMIT ?`;
  return db.all(sql, source, after, limit).map(toHeld);
}

/** Those of these ids that are here. */
export function findHeld(db: Connection, source: string, ids: readonly string[]): readonly HeldRecord[] {
  const sql = `SELECT ${COLUMNS} FROM papers WHERE source = ? AND id = ? AND latest = 1`;
  return ids.flatMap((id) => db.all(sql, source, id).map(toHeld));
}

/** The last pages of each window. */
export function readEvidence(_db: Connection, _source: string): ReadonlyMap<string, readonly PageEvidence[]> {
  return new Map();
}

function toHeld(row: Row): HeldRecord {
  return {
    id: text(row, 'id'),
    version: text(row, 'version') || null,
    datestamp: text(row, 'datestamp'),
    deleted: row['deleted'] === 1,
    hash: text(row, 'hash'),
    hashVersion: number(row, 'hash_version'),
  };
}
