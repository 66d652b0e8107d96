import { crc32 } from 'node:zlib';
import { feedLine } from '../../model/feed-line.ts';
import type { Change } from '../../model/paper.ts';
import { chainHash, CHAIN_START } from '../rules/chain-rules.ts';
import type { Link } from '../rules/chain-rules.ts';
import type { Connection, Row } from './database.ts';
import { hashFeed } from './hash-feed.ts';
import { CHECKED, checkedColumns, ROW_CHECK } from './row-check.ts';
import { big, number, text, toChange } from './rows.ts';

/** Rows that are read at once. */
const PAGE = 1000;

/** The check of a row of the feed. */
export function changeCheck(change: Change): number {
  return crc32(feedLine(change)) | 0;
}

/** A row of `batches` as a link of the chain. Throws when a value is none that was ever written. */
export function toLink(row: Row): Link {
  const dropped = big(row, 'dropped');
  if (dropped !== 0n && dropped !== 1n) throw new RangeError(`dropped is ${dropped}`);
  return {
    number: big(row, 'number'),
    batchId: text(row, 'batch_id'),
    window: text(row, 'window_key'),
    fence: big(row, 'fence'),
    prev: text(row, 'prev'),
    next: text(row, 'next'),
    dropped: dropped === 1n,
    firstSeq: big(row, 'first_seq'),
    lastSeq: big(row, 'last_seq'),
    result: text(row, 'result'),
    at: number(row, 'at'),
    page: text(row, 'page'),
    feed: text(row, 'feed'),
  };
}

/** Gives every row its check and every batch its place in the chain: a store of before has neither. */
export function sealEverything(db: Connection): void {
  for (const table of Object.keys(CHECKED) as (keyof typeof CHECKED)[])
    db.run(`UPDATE ${table} SET crc = ${ROW_CHECK}(${checkedColumns(table).join(', ')})`);
  sealChanges(db);
  sealBatches(db);
}

function sealChanges(db: Connection): void {
  for (let after = 0n; ;) {
    const rows = db.allBig('SELECT * FROM changes WHERE seq > ? ORDER BY seq LIMIT ?', after, PAGE);
    for (const change of rows.map(toChange))
      db.run('UPDATE changes SET crc = ? WHERE seq = ?', changeCheck(change), change.seq);
    if (rows.length < PAGE) return;
    after = big(rows.at(-1) ?? { seq: after }, 'seq');
  }
}

function sealBatches(db: Connection): void {
  let chain = CHAIN_START;
  for (let after = 0n; ;) {
    const rows = db.allBig('SELECT * FROM batches WHERE number > ? ORDER BY number LIMIT ?', after, PAGE);
    for (const link of rows.map(toLink)) {
      const feed = hashFeed(db, link.firstSeq, link.lastSeq);
      chain = chainHash(chain, { ...link, feed });
      db.run('UPDATE batches SET feed = ?, chain = ? WHERE number = ?', feed, chain, link.number);
    }
    if (rows.length < PAGE) return;
    after = big(rows.at(-1) ?? { number: after }, 'number');
  }
}
