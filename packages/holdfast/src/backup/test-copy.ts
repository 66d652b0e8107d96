import type { StoreIdentity, StoreReader } from '../store/port.ts';
import type { Connection } from '../store/sqlite/database.ts';
import type { SidecarSource } from './sidecar.ts';

/** More problems than this say nothing more. */
const MOST_PROBLEMS = 100;

/** What a copy turned out to be when it was opened as a store of its own. */
export interface TestedCopy {
  readonly identity: StoreIdentity;
  readonly schemaVersion: number;
  readonly records: number;
  readonly sources: readonly SidecarSource[];
  readonly problems: readonly string[];
}

/** Opens nothing itself: verifies all of the copy behind the reader, and reads where each source stands. */
export async function testCopy(reader: StoreReader): Promise<TestedCopy> {
  const problems: string[] = [];
  for await (const { what, key, problem } of reader.verify()) {
    problems.push(`${what} ${key}: ${problem}`);
    if (problems.length >= MOST_PROBLEMS) break;
  }
  const stats = await reader.stats();
  const counts = new Map(stats.perSource.map(({ source, records }) => [source, records]));
  const sources: SidecarSource[] = [];
  for (const { id, watermark } of await reader.sources()) {
    const windows = [...(await reader.windows(id)), ...(await reader.windows(id, { side: true }))];
    problems.push(...windows.flatMap(({ key, cursor }) => (isReadable(cursor) ? [] : [unreadable(key)])));
    sources.push({ id, records: counts.get(id) ?? 0, watermark, windows: windows.length });
  }
  const identity = await reader.identity();
  const { schemaVersion, records } = stats;
  return { identity, schemaVersion, records, sources, problems: problems.slice(0, MOST_PROBLEMS) };
}

/** A cursor is JSON, or nothing at all before the window was begun. */
function isReadable(cursor: string): boolean {
  if (cursor === '') return true;
  try {
    JSON.parse(cursor);
    return true;
  } catch {
    return false;
  }
}

function unreadable(key: string): string {
  return `window ${key}: its cursor cannot be read`;
}

/**
 * Where the copy is not what the store was at its last commit. The engine may have committed since: the store is asked
 * for what it held up to there.
 */
export function differences(origin: Connection, copy: Connection): readonly string[] {
  const ends = 'SELECT (SELECT max(number) FROM batches) AS batch, (SELECT max(seq) FROM changes) AS seq';
  const row = copy.getBig(ends);
  const [batch, seq] = [row?.['batch'] ?? null, row?.['seq'] ?? null] as [bigint | null, bigint | null];
  const questions: readonly (readonly [string, string, bigint | null])[] = [
    ['epoch', 'SELECT epoch FROM identity WHERE ? IS NULL OR true', null],
    ['last change', 'SELECT * FROM changes WHERE seq = ?', seq],
    ['number of changes', 'SELECT count(*) AS n FROM changes WHERE seq <= ?', seq],
  ];
  const commit = 'SELECT * FROM batches WHERE number = ?';
  // Old batches are rolled up; what takes their place is checked by the copy's own chain.
  const isKept = batch !== null && origin.getBig(commit, batch) !== undefined;
  return [...questions, ...(isKept ? [['last commit', commit, batch] as const] : [])].flatMap(
    ([what, sql, value]) => {
      const [there = '', here = ''] = [origin, copy].map((db) => textOf(db.allBig(sql, value)));
      return there === here ? [] : [`the ${what} of the copy is ${here}, that of the store ${there}`];
    },
  );
}

function textOf(rows: readonly unknown[]): string {
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
