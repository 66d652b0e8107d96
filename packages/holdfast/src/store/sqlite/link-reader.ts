import type { Related } from '../port.ts';
import { relate } from '../rules/related-rules.ts';
import type { Linked } from '../rules/related-rules.ts';
import type { Connection, Row } from './database.ts';
import { text } from './rows.ts';

const COLUMNS = 'p.record AS key, p.source, p.id';
const START = `SELECT ${COLUMNS} FROM papers p WHERE p.source = ? AND p.id = ? AND p.latest = 1`;
const KEYS = 'SELECT key FROM links WHERE record = ? ORDER BY key';
const RECORDS = `SELECT ${COLUMNS} FROM links l JOIN papers p ON p.record = l.record AND p.latest = 1
  WHERE l.key = ? ORDER BY l.record LIMIT ?`;

/** Records that are one work with this one, or may be. */
export function readRelated(db: Connection, source: string, id: string): Related {
  const start = db.getBig(START, source, id);
  if (start === undefined) return { exact: [], candidates: [] };
  return relate(
    {
      keysOf: ({ key }) => db.all(KEYS, BigInt(key)).map((row) => text(row, 'key')),
      recordsOf: (key, limit) => db.allBig(RECORDS, key, limit).map(toLinked),
    },
    toLinked(start),
  );
}

function toLinked(row: Row): Linked {
  return { key: text(row, 'key'), source: text(row, 'source'), id: text(row, 'id') };
}
