import type { Item } from '../../model/item.ts';
import { newestStamp } from '../../model/knowledge.ts';
import { unpackItems } from '../packed-items.ts';
import type { Commit, CommitResult } from '../port.ts';
import { linesHash } from '../rules/chain-rules.ts';
import type { Connection } from './database.ts';
import { updateChecked } from './row-check.ts';
import { appendLink } from './chain-writer.ts';
import { RawWriter } from './raw-writer.ts';
import { RecordWriter } from './record-writer.ts';
import { big, text } from './rows.ts';
import { mergeSource } from './source-writer.ts';
import { TroubleWriter } from './trouble-writer.ts';
import { dropWindow, moveWindow, planWindows } from './window-writer.ts';

const COUNTED_AGAIN = updateChecked('tallies', { records: 'records - ?1' }, 'source = ?2');

/** The work of one commit, inside its transaction; see `Commit` in the port for the order. */
export function writeCommit(connection: Connection, commit: Commit): CommitResult {
  const before = findBatch(connection, commit.batchId);
  if (before) return before;
  const { lease, at, drop = false, spawn = [] } = commit;
  const { source, key } = lease.window;
  const { evidence, sha256 } = moveWindow(connection, lease, commit);
  const firstSeq = lastSeq(connection);
  const { result, changes } = writeItems(connection, commit, sha256, firstSeq);
  if (drop) dropWindow(connection, key);
  planWindows(connection, spawn, evidence);
  if (commit.source) mergeSource(connection, source, commit.source);
  appendLink(connection, {
    batchId: commit.batchId,
    window: key,
    fence: lease.fence,
    prev: commit.prev,
    next: commit.next.cursor,
    dropped: drop,
    firstSeq,
    lastSeq: firstSeq + BigInt(changes.length),
    result: JSON.stringify(result),
    at,
    page: sha256,
    feed: linesHash(changes),
  });
  return result;
}

/** What a batch did when it was committed; null when it was not. */
export function findBatch(connection: Connection, batchId: string): CommitResult | null {
  const row = connection.get('SELECT result FROM batches WHERE batch_id = ?', batchId);
  return row ? { ...(JSON.parse(text(row, 'result')) as CommitResult), replayed: true } : null;
}

function writeItems(
  connection: Connection,
  { lease, page, items, packed = new Uint8Array(), bad, gaps, closeGaps, mayReturn = false, at }: Commit,
  sha256: string,
  firstSeq: bigint,
): { readonly result: CommitResult; readonly changes: readonly string[] } {
  const { source } = lease.window;
  const raw = new RawWriter(connection, page, sha256);
  const records = new RecordWriter(connection, source, raw, { at, firstSeq });
  const troubles = new TroubleWriter(connection, source);
  const counts = { inserted: 0, updated: 0, restamped: 0, unchanged: 0, missing: 0 };
  let again = 0;
  for (const item of items) {
    const { outcome, known } = records.apply(item);
    counts[outcome.result] += 1;
    if (outcome.missing !== null) troubles.missing(item.id, item.datestamp, outcome.missing, at);
    const closed =
      arrives(item) && troubles.arrived(item.id, newestStamp([...known.rows, item]) ?? item.datestamp);
    const isBack = arrives(item) && (closed || mayReturn) && known.rows.length === 0;
    if (isBack && wasHere(connection, source, item.id, firstSeq)) again += 1;
  }
  for (const paper of unpackItems(packed)) {
    const result = records.applyPacked(paper);
    counts[result] += 1;
    if (!paper.imported) troubles.arrived(paper.id, paper.datestamp);
  }
  for (const each of bad) {
    const stamp = each.id === null ? null : newestStamp(records.rows(each.id));
    if (troubles.quarantine(each, stamp, page, at)) raw.keep();
  }
  records.finish();
  if (again > 0) connection.run(COUNTED_AGAIN, again, source);
  troubles.putGaps(gaps ?? [], at);
  troubles.closeGaps(closeGaps ?? []);
  return { result: { ...counts, quarantined: bad.length, replayed: false }, changes: records.changes };
}

/** The record itself came from its source; what a source has not given closes no gap of it. */
function arrives(item: Item): boolean {
  return (item.type === 'paper' || item.type === 'deleted') && item.imported !== true;
}

/**
 * Whether the feed told of a record that is new to the papers: it was taken out behind our back, was missed, and has come
 * back. Its source counts it already. A long search, for those alone that were missing.
 */
function wasHere(connection: Connection, source: string, id: string, firstSeq: bigint): boolean {
  const sql = 'SELECT 1 FROM changes WHERE seq <= ? AND source = ? AND id = ? LIMIT 1';
  return connection.get(sql, firstSeq, source, id) !== undefined;
}

/** Sequence numbers are never given twice: rows of the feed are never deleted. */
function lastSeq(connection: Connection): bigint {
  return big(connection.getBig('SELECT coalesce(max(seq), 0) AS seq FROM changes') ?? {}, 'seq');
}
