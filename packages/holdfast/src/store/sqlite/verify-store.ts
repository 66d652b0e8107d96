import { HASH_VERSION } from '../../model/hash.ts';
import { latestOf } from '../../model/knowledge.ts';
import type { IntegrityFinding } from '../port.ts';
import { windowProblem } from '../rules/verify-rules.ts';
import { isDropped } from './drop-pages.ts';
import type { Connection, Row } from './database.ts';
import type { Read } from './export-papers.ts';
import { digest, unpack } from './packing.ts';
import { big, bytes, number, text, textOrNull, toWindow } from './rows.ts';
import { verifyLedger } from './verify-ledger.ts';

const PAGE = 500;
/** The feed keeps the hash of its day; a row that was hashed again later differs from it rightly. */
const FEED_HASH_VERSION = 1;
/** Raw pages are large: few at a time. */
const RAW_PAGE = 8;

/** Computes again what can be computed, and names everything that does not agree. */
export async function* verifyStore(read: Read, turn: () => Promise<void>): AsyncIterable<IntegrityFinding> {
  yield* paged(
    read,
    'SELECT * FROM papers WHERE seq > ? ORDER BY seq LIMIT ?',
    'seq',
    PAGE,
    verifyPaper,
    turn,
  );
  const rawPages = 'SELECT * FROM raw_pages WHERE number > ? ORDER BY number LIMIT ?';
  yield* paged(read, rawPages, 'number', RAW_PAGE, verifyRawPage, turn);
  const entries = 'SELECT number, sha256, zstd FROM quarantine WHERE number > ? ORDER BY number LIMIT ?';
  yield* paged(read, entries, 'number', RAW_PAGE, verifyEntry, turn);
  yield* read((db) => db.all('SELECT * FROM windows').flatMap((row) => windowProblem(toWindow(row)) ?? []));
  yield* verifyLedger(read, turn);
  yield* read(verifyCounts);
}

type Check = (db: Connection, row: Row) => readonly IntegrityFinding[];

async function* paged(
  read: Read,
  sql: string,
  key: string,
  size: number,
  check: Check,
  turn: () => Promise<void>,
): AsyncIterable<IntegrityFinding> {
  for (let after = 0n; ;) {
    const page = read((db) => db.allBig(sql, after, size));
    yield* read((db) => page.flatMap((row) => check(db, row)));
    if (page.length < size) return;
    after = big(page.at(-1) ?? { [key]: after }, key);
    await turn();
  }
}

function verifyPaper(db: Connection, row: Row): readonly IntegrityFinding[] {
  const [source, id, version] = [text(row, 'source'), text(row, 'id'), text(row, 'version')];
  const key = `${source}/${id}${version === '' ? '' : `v${version}`}`;
  const problems: string[] = [];
  const hash = text(row, 'hash');
  const found = digest(Buffer.from(text(row, 'fields')));
  if (number(row, 'hash_version') === HASH_VERSION && found !== hash) {
    problems.push(`its content has the hash ${found}, but ${hash} is stored`);
  } else if (!agrees(text(row, 'fields'), id, version))
    problems.push('its content names another record or version');
  const change = db.get('SELECT hash FROM changes WHERE seq = ?', big(row, 'seq'));
  if (!change) problems.push('the change feed has no row for its last change');
  else if (number(row, 'hash_version') === FEED_HASH_VERSION && text(change, 'hash') !== hash) {
    problems.push('the change feed has another hash for its last change');
  }
  problems.push(...versionProblems(db, row));
  if (row['page'] !== null && !isThere(db, big(row, 'page'))) problems.push('its raw page is not there');
  return problems.map((problem) => ({ what: 'paper', key, problem }));
}

/** A page that was dropped after its time is not missing. */
function isThere(db: Connection, page: bigint): boolean {
  return db.get('SELECT 1 FROM raw_pages WHERE number = ?', page) !== undefined || isDropped(db, page);
}

function agrees(json: string, id: string, version: string): boolean {
  try {
    const fields = JSON.parse(json) as { id?: unknown; version?: unknown };
    return fields.id === id && (fields.version ?? '') === version;
  } catch {
    return false;
  }
}

/** Exactly one row of a record is its latest, and it is the right one. */
function versionProblems(db: Connection, row: Row): readonly string[] {
  const rows = db
    .allBig(
      'SELECT seq, version, datestamp, imported, latest FROM papers WHERE source = ? AND id = ?',
      text(row, 'source'),
      text(row, 'id'),
    )
    .map((each) => ({
      seq: big(each, 'seq'),
      version: text(each, 'version') || null,
      datestamp: text(each, 'datestamp'),
      imported: each['imported'] === 1n,
      latest: each['latest'] === 1n,
    }));
  // Reported once a record, with its first row.
  if (rows.some(({ seq }) => seq < big(row, 'seq'))) return [];
  const marked = rows.filter(({ latest }) => latest);
  if (marked.length !== 1) return [`${marked.length} of its versions are marked as the latest`];
  return marked[0] === latestOf(rows)
    ? []
    : ['another of its versions is the latest than the one that is marked'];
}

function verifyRawPage(_db: Connection, row: Row): readonly IntegrityFinding[] {
  const key = String(row['number']);
  return packedProblem(row, number(row, 'size')).map((problem) => ({ what: 'raw-page', key, problem }));
}

function verifyEntry(_db: Connection, row: Row): readonly IntegrityFinding[] {
  const key = `quarantine/${String(row['number'])}`;
  return packedProblem(row, null).map((problem) => ({ what: 'raw-page', key, problem }));
}

function packedProblem(row: Row, size: number | null): readonly string[] {
  let content: Uint8Array;
  try {
    content = unpack(bytes(row, 'zstd'));
  } catch (error) {
    return [`it cannot be decompressed: ${(error as Error).message}`];
  }
  if (size !== null && content.byteLength !== size)
    return [`it has ${content.byteLength} bytes instead of ${size}`];
  const found = digest(content);
  return found === text(row, 'sha256')
    ? []
    : [`its bytes have the hash ${found}, but ${text(row, 'sha256')} is stored`];
}

/** The counts per source against a count of the rows. */
function verifyCounts(db: Connection): readonly IntegrityFinding[] {
  const sql = `SELECT coalesce(t.source, c.source) AS source, t.records AS told, c.n AS counted FROM tallies t
    FULL JOIN (SELECT source, count(DISTINCT id) AS n FROM papers GROUP BY source) c ON c.source = t.source
    WHERE coalesce(t.records, 0) <> coalesce(c.n, 0)`;
  return db.all(sql).map((row) => ({
    what: 'index',
    key: text(row, 'source'),
    problem: `${textOrNull(row, 'told') ?? 0} records are counted, but ${textOrNull(row, 'counted') ?? 0} are there`,
  }));
}
