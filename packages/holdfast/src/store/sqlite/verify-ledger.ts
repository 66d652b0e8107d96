import type { IntegrityFinding } from '../port.ts';
import type { Connection, Row } from './database.ts';
import type { Read } from './export-papers.ts';
import { big, text } from './rows.ts';

const PAGE = 1000;

/**
 * Follows the ledger: each batch goes on where the one before it in its window ended, the last one ended
 * where the window stands, and every row of the change feed lies in exactly one batch.
 */
export async function* verifyLedger(read: Read, turn: () => Promise<void>): AsyncIterable<IntegrityFinding> {
  const cursors = new Map<string, string>();
  let covered = 0n;
  for (let after = 0n; ;) {
    const { batches, end } = read((db) => readBatches(db, after));
    for (const row of batches) {
      yield* batchProblems(row, cursors, covered);
      covered = big(row, 'last_seq');
      if (row['dropped'] === 1n) cursors.delete(text(row, 'window_key'));
      else cursors.set(text(row, 'window_key'), text(row, 'next'));
    }
    if (end) {
      yield* end.windows.flatMap((row) => cursorProblem(row, cursors));
      yield* feedProblems(end.feed, covered);
      return;
    }
    after = big(batches.at(-1) ?? { number: after }, 'number');
    await turn();
  }
}

interface Batches {
  readonly batches: readonly Row[];
  /** With the last batches: the windows and the feed as they stood at the same moment. */
  readonly end: { readonly windows: readonly Row[]; readonly feed: Row } | null;
}

/** One moment of the store: an engine may be writing. */
function readBatches(db: Connection, after: bigint): Batches {
  db.exec('BEGIN');
  try {
    const sql = 'SELECT * FROM batches WHERE number > ? ORDER BY number LIMIT ?';
    const batches = db.allBig(sql, after, PAGE);
    if (batches.length === PAGE) return { batches, end: null };
    return {
      batches,
      end: { windows: db.all('SELECT key, cursor FROM windows'), feed: db.getBig(FEED) ?? {} },
    };
  } finally {
    db.exec('COMMIT');
  }
}

const FEED = 'SELECT coalesce(max(seq), 0) AS last, count(*) AS rows FROM changes';

function* batchProblems(
  row: Row,
  cursors: ReadonlyMap<string, string>,
  covered: bigint,
): Iterable<IntegrityFinding> {
  const key = text(row, 'batch_id');
  const window = text(row, 'window_key');
  const cursor = cursors.get(window);
  if (cursor !== undefined && cursor !== text(row, 'prev')) {
    yield {
      what: 'window',
      key: window,
      problem: `the batch ${key} does not go on where the batch before it ended`,
    };
  }
  if (big(row, 'first_seq') !== covered) {
    yield {
      what: 'change',
      key,
      problem: `the change feed up to ${covered} is followed by a batch from ${big(row, 'first_seq')}`,
    };
  }
}

function cursorProblem(row: Row, cursors: ReadonlyMap<string, string>): readonly IntegrityFinding[] {
  const key = text(row, 'key');
  const cursor = cursors.get(key);
  if (cursor === undefined || cursor === text(row, 'cursor')) return [];
  return [{ what: 'window', key, problem: 'its cursor is not where its last batch ended' }];
}

function feedProblems(row: Row, covered: bigint): readonly IntegrityFinding[] {
  const [last, rows] = [big(row, 'last'), big(row, 'rows')];
  const findings: IntegrityFinding[] = [];
  if (last !== covered) {
    findings.push({
      what: 'change',
      key: String(last),
      problem: `the change feed ends at ${last}, the ledger at ${covered}`,
    });
  }
  if (rows !== last)
    findings.push({
      what: 'change',
      key: String(last),
      problem: `${last - rows} rows of the change feed are missing`,
    });
  return findings;
}
