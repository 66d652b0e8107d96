import { startOf, dayOf } from '../../model/day.ts';
import { CHAIN_START, chainHash, sha256 } from '../rules/chain-rules.ts';
import type { Link } from '../rules/chain-rules.ts';
import type { UpkeepBounds } from '../rules/upkeep-rules.ts';
import type { Connection, Row } from './database.ts';
import { hashFeed } from './hash-feed.ts';
import { assignChecked, insertChecked } from './row-check.ts';
import { big, number, text } from './rows.ts';
import { toLink } from './seal.ts';

/** A segment has at most so many rows of the feed, unless one batch has more: some 50 ms of the write lock. */
const MOST_CHANGES = 10_000n;
const INSERT = insertChecked('segments');
const END = assignChecked('window_ends', { cursor: '?2' });
const PUT_END = `${insertChecked('window_ends')} ON CONFLICT (window_key) DO UPDATE SET ${END}`;

/** What one step did. */
export interface RolledUp {
  readonly batches: number;
  /** The next batch is old enough as well. */
  readonly more: boolean;
}

const NOTHING: RolledUp = { batches: 0, more: false };

/**
 * Turns the oldest batches of the ledger, up to `limit` of one day, into a segment. Nobody repeats a
 * batch of that age, and what `verify` needs to go on behind them is kept. A batch that breaks the chain, or whose part
 * of the feed is not what it wrote, stays as it is, and everything after it: it must not be made to look whole.
 */
export function rollUpLedger(db: Connection, { fullFrom }: UpkeepBounds, limit: number): RolledUp {
  const bound = startOf(fullFrom);
  const sql = 'SELECT * FROM batches ORDER BY number LIMIT ?';
  const before = lastSegment(db);
  const batches = soundBatches(db.allBig(sql, limit), before.chain, bound);
  const [first] = batches;
  const last = batches.at(-1);
  if (!first || !last || first.number !== before.batch + 1n) return NOTHING;
  const feed = hashFeed(db, first.firstSeq, last.lastSeq);
  if (!batches.every((link) => hashFeed(db, link.firstSeq, link.lastSeq) === link.feed)) return NOTHING;
  // prettier-ignore
  db.run(INSERT, before.number + 1, dayOf(first.at), first.number, last.number, first.firstSeq, last.lastSeq, feed,
    last.chain);
  for (const { window, dropped, next } of batches) {
    if (dropped) db.run('DELETE FROM window_ends WHERE window_key = ?', window);
    else db.run(PUT_END, window, sha256(next));
  }
  db.run('DELETE FROM batches WHERE number <= ?', last.number);
  const next = db.get('SELECT at FROM batches ORDER BY number LIMIT 1');
  return { batches: batches.length, more: next !== undefined && number(next, 'at') < bound };
}

interface Chained extends Link {
  readonly chain: string;
}

/** The first batches of one day that are old enough, in a row, each of them the next link of the chain. */
function soundBatches(rows: readonly Row[], chain: string, before: number): readonly Chained[] {
  const sound: Chained[] = [];
  let head = chain;
  for (const row of rows) {
    const link = readLink(row);
    if (link === null) break;
    const first = sound[0] ?? link;
    if (link.at >= before || dayOf(link.at) !== dayOf(first.at)) break;
    if (sound.length > 0 && link.lastSeq - first.firstSeq > MOST_CHANGES) break;
    if (chainHash(head, link) !== link.chain) break;
    sound.push(link);
    head = link.chain;
  }
  return sound;
}

/** Null for a damaged row, which `verify` names. */
function readLink(row: Row): Chained | null {
  try {
    return { ...toLink(row), chain: text(row, 'chain') };
  } catch {
    return null;
  }
}

function lastSegment(db: Connection): { number: number; batch: bigint; chain: string } {
  const row = db.getBig('SELECT number, last_batch, chain FROM segments ORDER BY number DESC LIMIT 1');
  if (!row) return { number: 0, batch: 0n, chain: CHAIN_START };
  return { number: number(row, 'number'), batch: big(row, 'last_batch'), chain: text(row, 'chain') };
}
