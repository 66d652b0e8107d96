import { HASH_VERSION } from '../../model/hash.ts';
import { latestOf } from '../../model/knowledge.ts';
import type { IntegrityFinding } from '../port.ts';
import { windowProblem } from '../rules/verify-rules.ts';
import { isDropped } from './drop-pages.ts';
import type { Connection, Row } from './database.ts';
import { digest, unpack } from './packing.ts';
import { big, bytes, number, text, textOrNull, toWindow } from './rows.ts';
import { verifyLedger } from './verify-ledger.ts';
import { guarded, inOneMoment, verifyRows } from './verify-rows.ts';
import type { TableCheck, Verifying } from './verify-rows.ts';
import { verifySchema, verifySequences } from './verify-schema.ts';
import { searchProblem } from './verify-search.ts';

/** The feed keeps the hash of its day; a row that was hashed again later differs from it rightly. */
const FEED_HASH_VERSION = 1;
/** Raw pages are large: few at a time. */
const RAW_PAGE = 8;
/** So many lost records of a source are named; the counts tell how many they are. */
const MOST_LOST = 1000;

const nameBy =
  (...columns: readonly string[]) =>
  (row: Row): string =>
    columns.map((column) => text(row, column)).join('/');
const inTable = (table: string, ...columns: readonly string[]) => {
  const name = nameBy(...columns);
  return (row: Row): string => `${table}/${name(row)}`;
};
const versionName = (row: Row): string =>
  `${text(row, 'source')}/${text(row, 'id')}${text(row, 'version') === '' ? '' : `v${text(row, 'version')}`}`;

/** Every table whose rows carry a check. */
export const TABLES: readonly TableCheck[] = [
  { table: 'papers', what: 'paper', keys: ['seq'], name: versionName, more: paperProblems },
  { table: 'histories', what: 'paper', keys: ['source', 'id'], name: nameBy('source', 'id') },
  { table: 'journals', what: 'paper', keys: ['source', 'id'], name: nameBy('source', 'id') },
  {
    table: 'raw_pages',
    what: 'raw-page',
    keys: ['number'],
    name: nameBy('number'),
    atOnce: RAW_PAGE,
    more: (_db, row) => packedProblem(row, number(row, 'size')),
  },
  {
    table: 'quarantine',
    what: 'quarantine',
    keys: ['number'],
    name: nameBy('number'),
    atOnce: RAW_PAGE,
    more: (_db, row) => packedProblem(row, null),
  },
  {
    table: 'windows',
    what: 'window',
    keys: ['key'],
    name: nameBy('key'),
    more: (_db, row) => [windowProblem(toWindow(row))?.problem ?? []].flat(),
  },
  { table: 'gaps', what: 'gap', keys: ['source', 'key'], name: nameBy('source', 'key') },
  { table: 'sources', what: 'source', keys: ['id'], name: nameBy('id') },
  { table: 'audits', what: 'source', keys: ['id'], name: inTable('audits', 'id') },
  { table: 'tallies', what: 'index', keys: ['source'], name: inTable('tallies', 'source') },
  { table: 'dropped_pages', what: 'raw-page', keys: ['first'], name: inTable('dropped_pages', 'first') },
  { table: 'segments', what: 'commit', keys: ['number'], name: inTable('segments', 'number') },
  { table: 'window_ends', what: 'window', keys: ['window_key'], name: nameBy('window_key') },
  { table: 'identity', what: 'file', keys: ['epoch'], name: () => 'identity' },
  { table: 'counters', what: 'file', keys: ['name'], name: inTable('counters', 'name') },
  { table: 'incidents', what: 'file', keys: ['id'], name: inTable('incidents', 'id') },
  {
    table: 'incident_totals',
    what: 'file',
    keys: ['day', 'cause'],
    name: inTable('incident_totals', 'day', 'cause'),
  },
  { table: 'timelines', what: 'file', keys: ['day', 'source'], name: inTable('timelines', 'day', 'source') },
  { table: 'disk_samples', what: 'file', keys: ['day'], name: inTable('disk_samples', 'day') },
];

/**
 * Computes again what can be computed, and names everything that does not agree. What cannot be read is named with the
 * place where reading failed, and the rest goes on.
 */
export async function* verifyStore(work: Verifying): AsyncIterable<IntegrityFinding> {
  yield* guarded('sqlite_schema', () => work.read(verifySchema));
  for (const each of TABLES) {
    yield* verifyRows(work, each);
    await work.turn();
  }
  yield* verifyLedger(work);
  yield* guarded('sqlite_sequence', () => inOneMoment(work, verifySequences));
  yield* guarded('tallies', () => work.read(verifyCounts));
}

function paperProblems(db: Connection, row: Row): readonly string[] {
  const [id, version] = [text(row, 'id'), text(row, 'version')];
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
  // Content that is damaged need not be a paper at all.
  const searched = problems.length === 0 ? searchProblem(db, row) : null;
  return searched === null ? problems : [...problems, searched];
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
  return db.all(sql).flatMap((row) => [
    {
      what: 'index' as const,
      key: text(row, 'source'),
      problem: `${textOrNull(row, 'told') ?? 0} records are counted, but ${textOrNull(row, 'counted') ?? 0} are there`,
    },
    ...lostRecords(db, text(row, 'source')),
  ]);
}

/** Records that the feed names and that are gone; asked for only where the counts differ, since it is a long search. */
function lostRecords(db: Connection, source: string): readonly IntegrityFinding[] {
  const sql = `SELECT DISTINCT id FROM changes c WHERE source = ?
    AND NOT EXISTS (SELECT 1 FROM papers p WHERE p.source = c.source AND p.id = c.id) LIMIT ?`;
  const problem = 'the change feed names it, but it is not there';
  return db
    .all(sql, source, MOST_LOST)
    .map((row) => ({ what: 'paper', key: `${source}/${text(row, 'id')}`, problem }));
}
