import { chainHash, CHAIN_START } from '../rules/chain-rules.ts';
import type { Link } from '../rules/chain-rules.ts';
import type { Connection } from './database.ts';
import { big, text } from './rows.ts';

const INSERT = `INSERT INTO batches (number, batch_id, window_key, fence, prev, next, dropped, first_seq, last_seq, result,
  at, page, feed, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const LAST_BATCH = 'SELECT number, chain FROM batches ORDER BY number DESC LIMIT 1';
const LAST_SEGMENT = 'SELECT last_batch AS number, chain FROM segments ORDER BY number DESC LIMIT 1';

/** The last batch of the ledger, also when it is rolled up, and the hash of the chain after it. */
export interface ChainHead {
  readonly batch: bigint;
  readonly chain: string;
}

/** How far the chain reaches. */
export function readHead(db: Connection): ChainHead {
  const row = db.getBig(LAST_BATCH) ?? db.getBig(LAST_SEGMENT);
  return row ? { batch: big(row, 'number'), chain: text(row, 'chain') } : { batch: 0n, chain: CHAIN_START };
}

/** Writes the ledger row of a batch: the next link of the chain. */
export function appendLink(db: Connection, batch: Omit<Link, 'number'>): void {
  const head = readHead(db);
  const link = { ...batch, number: head.batch + 1n };
  // prettier-ignore
  db.run(INSERT, link.number, link.batchId, link.window, link.fence, link.prev, link.next, link.dropped ? 1 : 0,
    link.firstSeq, link.lastSeq, link.result, link.at, link.page, link.feed, chainHash(head.chain, link));
}
