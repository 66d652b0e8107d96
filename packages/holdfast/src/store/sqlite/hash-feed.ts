import { createHash } from 'node:crypto';
import { feedLine } from '../../model/feed-line.ts';
import type { Connection } from './database.ts';
import { toChange } from './rows.ts';

const PAGE = 1000;

/** SHA-256 (hex) of the lines of the feed beyond `first` up to `last`, read in pages. */
export function hashFeed(db: Connection, first: bigint, last: bigint): string {
  const hash = createHash('sha256');
  const sql = 'SELECT * FROM changes WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?';
  for (let after = first; ;) {
    const rows = db.allBig(sql, after, last, PAGE).map(toChange);
    for (const change of rows) hash.update(`${feedLine(change)}\n`);
    if (rows.length < PAGE) return hash.digest('hex');
    after = rows.at(-1)?.seq ?? last;
  }
}
