import { HoldfastError } from '../../model/error.ts';
import type { IntegrityFinding, SpotCheck, SpotPlace } from '../port.ts';
import { chainHash, CHAIN_START } from '../rules/chain-rules.ts';
import type { Link } from '../rules/chain-rules.ts';
import type { Connection, Row } from './database.ts';
import { hashFeed } from './hash-feed.ts';
import { big, number, text, toChange } from './rows.ts';
import { changeCheck, toLink } from './seal.ts';
import { storeError } from './store-error.ts';
import { damagedChange, missingChanges, readable } from './verify-ledger.ts';
import { readPage } from './verify-rows.ts';
import { TABLES } from './verify-store.ts';

/** So many of the newest commits are followed every time. */
const NEWEST = 8;
/** Rows that hold a whole page, and commits with their part of the feed, count as so many. */
const LARGE = 25;

/** One step through a part: what it found, the key to go on after (null: the part is over), and what it cost in rows. */
interface Step {
  readonly findings: readonly IntegrityFinding[];
  readonly last: readonly unknown[] | null;
  readonly cost: number;
}

interface Part {
  readonly name: string;
  readonly step: (db: Connection, after: readonly unknown[], rows: number) => Step;
}

const PARTS: readonly Part[] = [
  ...TABLES.map((check) => ({
    name: check.table,
    step: (db: Connection, after: readonly unknown[], rows: number): Step => {
      const isLarge = check.atOnce !== undefined;
      const atOnce = isLarge ? 1 : rows;
      const { findings, last } = readPage(db, { ...check, atOnce }, after);
      return { findings, last, cost: isLarge ? LARGE : rows };
    },
  })),
  { name: 'changes', step: feedStep },
  { name: 'batches', step: batchStep },
];

/**
 * Checks some rows in one moment of the store, and the newest commits. What cannot be read is a finding, and the next
 * time it goes on with the part behind it.
 */
export function spotCheck(db: Connection, place: SpotPlace | null, rows: number): SpotCheck {
  db.exec('BEGIN');
  try {
    const findings = guarded('batches', () => ({
      findings: newestProblems(db),
      last: null,
      cost: 0,
    })).findings.slice();
    let [part, after] = [place?.part ?? 0, place?.after ?? []];
    for (let left = rows; left > 0 && part < PARTS.length;) {
      const { name, step } = PARTS[part] as Part;
      const done = guarded(name, () => step(db, after, left));
      findings.push(...done.findings);
      // A part that is over may have cost less; the next one begins with what is left of the rest.
      left -= done.last === null ? Math.min(done.cost, 1) : done.cost;
      if (done.last === null) part += 1;
      after = done.last ?? [];
    }
    return { findings, next: part < PARTS.length ? { part, after } : null };
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}

function guarded(table: string, work: () => Step): Step {
  try {
    return work();
  } catch (raw) {
    const error = storeError(raw, table);
    if (!(error instanceof HoldfastError) || error.code !== 'ERR_STORE_CORRUPT') throw raw;
    const problem = `the table ${table} cannot be read: ${error.message}`;
    return { findings: [{ what: 'file', key: table, problem }], last: null, cost: 1 };
  }
}

/** Rows of the feed: each has its check, and no number is left out. */
function feedStep(db: Connection, after: readonly unknown[], limit: number): Step {
  const rows = db.allBig('SELECT * FROM changes WHERE seq > ? ORDER BY seq LIMIT ?', from(after), limit);
  const findings: IntegrityFinding[] = [];
  let before = from(after);
  for (const row of rows) {
    const change = toChange(row);
    if (changeCheck(change) !== number(row, 'crc')) findings.push(damagedChange(change.seq));
    if (change.seq !== before + 1n) findings.push(missingChanges(before, change.seq));
    before = change.seq;
  }
  return { findings, last: rows.length < limit ? null : [before], cost: limit };
}

/** One commit, with its part of the feed. */
function batchStep(db: Connection, after: readonly unknown[]): Step {
  const at = from(after);
  const row = db.getBig('SELECT * FROM batches WHERE number > ? ORDER BY number LIMIT 1', at);
  if (row === undefined) return { findings: [], last: null, cost: 1 };
  const before = db.getBig(
    'SELECT * FROM batches WHERE number < ? ORDER BY number DESC LIMIT 1',
    big(row, 'number'),
  );
  const link = readable(() => toLink(row));
  const problems = linkProblems(before, row);
  if (link !== null && hashFeed(db, link.firstSeq, link.lastSeq) !== link.feed)
    problems.push(`its part of the change feed is not what the batch ${link.number} wrote`);
  return {
    findings: problems.map((problem) => ofBatch(row, problem)),
    last: [big(row, 'number')],
    cost: LARGE,
  };
}

/** The newest commits: the chain, the numbers of the feed, and that each window stands where its last one ended. */
function newestProblems(db: Connection): readonly IntegrityFinding[] {
  const rows = db.allBig('SELECT * FROM batches ORDER BY number DESC LIMIT ?', NEWEST + 1).toReversed();
  const newest = rows.at(-1);
  if (newest === undefined) return [];
  const findings = rows
    .slice(rows.length > NEWEST ? 1 : 0)
    .flatMap((row) => linkProblems(rows[rows.indexOf(row) - 1], row).map((problem) => ofBatch(row, problem)));
  const lastSeq = big(db.getBig('SELECT coalesce(max(seq), 0) AS last FROM changes') ?? {}, 'last');
  if (lastSeq !== newest['last_seq']) {
    const problem = `the change feed ends at ${lastSeq}, the ledger at ${String(newest['last_seq'])}`;
    findings.push({ what: 'change', key: String(lastSeq), problem });
  }
  const last = new Map(
    rows.flatMap((row) => readable(() => toLink(row)) ?? []).map((link) => [link.window, link]),
  );
  return [...findings, ...[...last.values()].flatMap((link) => cursorProblem(db, link))];
}

/** A cursor beyond its last commit would skip what was never stored. */
function cursorProblem(db: Connection, { window, next, dropped }: Link): readonly IntegrityFinding[] {
  if (dropped) return [];
  const row = db.get('SELECT cursor FROM windows WHERE key = ?', window);
  if (row !== undefined && text(row, 'cursor') === next) return [];
  const problem =
    row === undefined
      ? 'it is gone, but its last batch left it there'
      : 'its cursor is not where its last batch ended';
  return [{ what: 'window', key: window, problem }];
}

/** What does not fit between a batch and the one before it; before the first that is kept nothing is known. */
function linkProblems(before: Row | undefined, row: Row): string[] {
  const link = readable(() => toLink(row));
  if (link === null) return [`the row of the batch ${String(row['number'])} cannot be understood`];
  const isFirst = link.number === 1n;
  if (before === undefined && !isFirst) return [];
  const problems: string[] = [];
  const chain = before === undefined ? CHAIN_START : text(before, 'chain');
  if (chainHash(chain, link) !== text(row, 'chain'))
    problems.push(`the batch ${link.number} breaks the chain of the commits`);
  if (before === undefined) return problems;
  if (big(before, 'number') + 1n !== link.number)
    problems.push(`the ledger goes on with the batch ${link.number} after ${String(before['number'])}`);
  if (big(before, 'last_seq') !== link.firstSeq)
    problems.push(
      `the change feed up to ${String(before['last_seq'])} is followed by a batch from ${link.firstSeq}`,
    );
  return problems;
}

function ofBatch(row: Row, problem: string): IntegrityFinding {
  return { what: 'commit', key: String(row['batch_id']), problem };
}

function from(after: readonly unknown[]): bigint {
  const [key] = after;
  return typeof key === 'bigint' ? key : 0n;
}
