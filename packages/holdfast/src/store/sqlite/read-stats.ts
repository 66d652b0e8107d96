import { statSync } from 'node:fs';
import type { Gap } from '../../model/gap.ts';
import type { WindowState } from '../../model/window.ts';
import type { StoreStats } from '../port.ts';
import { windowCounts } from '../rules/window-rules.ts';
import type { Connection } from './database.ts';
import { freeBytes } from './free-space.ts';
import { logBytes } from './log.ts';
import { SCHEMA_VERSION } from './migrations/index.ts';
import { big, number, text, textOrNull } from './rows.ts';

/** See `StoreReader.stats`: no statement here reads more than an index. */
export function readStats(db: Connection, file: string): StoreStats {
  const tallies = new Map(db.all('SELECT * FROM tallies').map((row) => [text(row, 'source'), row]));
  const windows = readCounts<WindowState>(db, 'windows', "stream NOT LIKE '~%'");
  const gaps = readCounts<Gap['state']>(db, 'gaps');
  const sources = db.all('SELECT id FROM sources').map((row) => text(row, 'id'));
  const names = new Set([...sources, ...tallies.keys(), ...windows.keys(), ...gaps.keys()]);
  const perSource = [...names].sort().map((source) => ({
    source,
    records: number(tallies.get(source) ?? { records: 0 }, 'records'),
    newestDatestamp: textOrNull(tallies.get(source) ?? {}, 'newest'),
    gapsOpen: countOf(gaps.get(source) ?? [], 'open'),
    windows: windowCounts(windows.get(source) ?? []),
  }));
  const count = (sql: string): number => number(db.get(sql) ?? {}, 'n');
  return {
    records: perSource.reduce((sum, { records }) => sum + records, 0),
    quarantined: count("SELECT count(*) AS n FROM quarantine WHERE state = 'open'"),
    gapsOpen: countOf([...gaps.values()].flat(), 'open'),
    gapsConfirmedAbsent: countOf([...gaps.values()].flat(), 'confirmed-absent'),
    bytes: statSync(file, { throwIfNoEntry: false })?.size ?? 0,
    walBytes: logBytes(file),
    freeBytes: freeBytes(db),
    schemaVersion: SCHEMA_VERSION,
    lastSeq: big(db.getBig('SELECT coalesce(max(seq), 0) AS n FROM changes') ?? {}, 'n'),
    indexedSeq: big(db.getBig("SELECT value AS n FROM counters WHERE name = 'indexed'") ?? {}, 'n'),
    perSource,
  };
}

interface StateCount<State> {
  readonly state: State;
  readonly count: number;
}

function countOf<State>(counts: readonly StateCount<State>[], wanted: State): number {
  return counts.reduce((sum, { state, count }) => (state === wanted ? sum + count : sum), 0);
}

/** The rows of a table by source and state. */
function readCounts<State extends string>(
  db: Connection,
  table: 'windows' | 'gaps',
  where = 'TRUE',
): ReadonlyMap<string, readonly StateCount<State>[]> {
  const counts = new Map<string, StateCount<State>[]>();
  for (const row of db.all(
    `SELECT source, state, count(*) AS n FROM ${table} WHERE ${where} GROUP BY source, state`,
  )) {
    const known = counts.get(text(row, 'source')) ?? [];
    known.push({ state: text(row, 'state') as State, count: number(row, 'n') });
    counts.set(text(row, 'source'), known);
  }
  return counts;
}
