import type { HeldRecord, PageEvidence, StoreIdentity } from '../port.ts';
import type { Connection, Row } from './database.ts';
import { readHead } from './chain-writer.ts';
import { big, number, text, toEvidence } from './rows.ts';

const COLUMNS = "id, version, datestamp, hash, hash_version, json_extract(fields, '$.deleted') AS deleted";

/** Who the store is, and how far it reaches. */
export function readIdentity(db: Connection): StoreIdentity {
  const last = db.getBig('SELECT coalesce(max(seq), 0) AS seq FROM changes') ?? {};
  return {
    epoch: text(db.get('SELECT epoch FROM identity') ?? {}, 'epoch'),
    lastSeq: big(last, 'seq'),
    ...readHead(db),
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
export function readEvidence(db: Connection, source: string): ReadonlyMap<string, readonly PageEvidence[]> {
  const rows = db.all('SELECT key, evidence FROM windows WHERE source = ?', source);
  return new Map(rows.map((row) => [text(row, 'key'), toEvidence(row)]));
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
