import { createHash } from 'node:crypto';
import { feedLine } from '../../model/feed-line.ts';
import type { IntegrityFinding } from '../port.ts';
import { LedgerWalk } from '../rules/ledger-walk.ts';
import type { Connection, Row } from './database.ts';
import { big, number, text, toChange } from './rows.ts';
import { changeCheck, toLink } from './seal.ts';
import { guarded, inOneMoment } from './verify-rows.ts';
import type { Verifying } from './verify-rows.ts';

const BATCHES = 500;
const CHANGES = 1000;

/**
 * Follows the ledger and the change feed: each batch is the next link of the chain, goes on where the one before it in
 * its window ended and has the rows of the feed whose hash it names; the last one ended where its window stands; and
 * every row of the feed lies in exactly one batch. What is rolled up is followed by its segments.
 */
export async function* verifyLedger(work: Verifying): AsyncIterable<IntegrityFinding> {
  const walk = new LedgerWalk();
  const where = (): string => ` after the batch ${walk.position}`;
  yield* guarded('batches', () => followLedger(work, walk), where);
}

async function* followLedger(work: Verifying, walk: LedgerWalk): AsyncIterable<IntegrityFinding> {
  for (;;) {
    const next = inOneMoment(work, (db) => readNext(db, walk));
    for (const row of next.segments) yield* await segment(work, walk, row);
    if (next.ends) walk.begin(next.ends.map((row) => [text(row, 'window_key'), text(row, 'cursor')]));
    const before = walk.position;
    for (const row of next.batches) yield* await batch(work, walk, row);
    if (next.batches.length > 0 && walk.position === before) {
      yield { what: 'file', key: 'batches', problem: `its rows are out of order after the batch ${before}` };
      return;
    }
    if (next.end) {
      yield* walk.finish(
        next.end.windows.map((row) => [text(row, 'key'), text(row, 'cursor')]),
        big(next.end.feed, 'last'),
      );
      return;
    }
    await work.turn();
  }
}

interface Next {
  readonly segments: readonly Row[];
  readonly batches: readonly Row[];
  /** Where the rolled up batches left the windows; only with the first batches after segments. */
  readonly ends: readonly Row[] | null;
  /** With the last batches: the windows and the feed as they stood at the same moment. */
  readonly end: { readonly windows: readonly Row[]; readonly feed: Row } | null;
}

/** Segments first: while we work, batches before us and after us may be rolled up. */
function readNext(db: Connection, walk: LedgerWalk): Next {
  const rolledUp = 'SELECT * FROM segments WHERE last_batch > ? ORDER BY number LIMIT 100';
  const segments = db.allBig(rolledUp, walk.position);
  if (segments.length > 0) return { segments, batches: [], ends: null, end: null };
  const sql = 'SELECT * FROM batches WHERE number > ? ORDER BY number LIMIT ?';
  const batches = db.allBig(sql, walk.position, BATCHES);
  const ends = walk.begun ? null : db.all('SELECT * FROM window_ends');
  if (batches.length === BATCHES) return { segments, batches, ends, end: null };
  const feed = db.getBig('SELECT coalesce(max(seq), 0) AS last FROM changes') ?? {};
  return { segments, batches, ends, end: { windows: db.all('SELECT key, cursor FROM windows'), feed } };
}

async function segment(work: Verifying, walk: LedgerWalk, row: Row): Promise<readonly IntegrityFinding[]> {
  const bounds = { firstSeq: big(row, 'first_seq'), lastSeq: big(row, 'last_seq') };
  const feed = await readFeedAgain(work, bounds);
  const batches = { firstBatch: big(row, 'first_batch'), lastBatch: big(row, 'last_batch') };
  const stored = { feed: text(row, 'feed'), chain: text(row, 'chain') };
  const told = { number: number(row, 'number'), day: text(row, 'day') };
  return [...feed.findings, ...walk.segment({ ...told, ...bounds, ...batches, ...stored }, feed.hash)];
}

async function batch(work: Verifying, walk: LedgerWalk, row: Row): Promise<readonly IntegrityFinding[]> {
  const link = readable(() => toLink(row));
  if (link === null) return walk.unreadable(big(row, 'number'), text(row, 'batch_id'));
  const feed = await readFeedAgain(work, link);
  return [...feed.findings, ...walk.batch(link, text(row, 'chain'), feed.hash)];
}

/** A damaged row may hold text where a number belongs. */
export function readable<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Reads a part of the feed; its rows never change, so it need not be read in one moment. */
async function readFeedAgain(
  work: Verifying,
  { firstSeq, lastSeq }: { readonly firstSeq: bigint; readonly lastSeq: bigint },
): Promise<{ readonly findings: readonly IntegrityFinding[]; readonly hash: string }> {
  const findings: IntegrityFinding[] = [];
  const hash = createHash('sha256');
  const sql = 'SELECT * FROM changes WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?';
  let after = firstSeq;
  for (;;) {
    const from = after;
    const rows = work.read((db) => db.allBig(sql, from, lastSeq, CHANGES));
    for (const row of rows) {
      const change = toChange(row);
      hash.update(`${feedLine(change)}\n`);
      if (changeCheck(change) !== number(row, 'crc')) findings.push(damagedChange(change.seq));
      if (change.seq !== after + 1n) findings.push(missingChanges(after, change.seq));
      after = change.seq;
    }
    if (rows.length < CHANGES || after <= from) break;
    await work.turn();
  }
  if (after < lastSeq) findings.push(missingChanges(after, lastSeq + 1n));
  return { findings, hash: hash.digest('hex') };
}

/** A row of the feed that does not have its check. */
export function damagedChange(seq: bigint): IntegrityFinding {
  return { what: 'change', key: String(seq), problem: 'the row of the change feed is not what was written' };
}

/** Numbers that the feed leaves out. */
export function missingChanges(before: bigint, after: bigint): IntegrityFinding {
  const problem = `the change feed goes on with ${after} after ${before}`;
  return { what: 'change', key: String(before + 1n), problem };
}
