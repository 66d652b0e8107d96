import type { DatabaseSync } from 'node:sqlite';
import type { JsonValue } from '../state/state-store.ts';
import { damaged } from './ledger-failure.ts';
import type { EntryKind, EntryState, LedgerEntry, LedgerRun } from './ledger.ts';

type Row = Readonly<Record<string, unknown>>;

const text = (value: JsonValue | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value);

const valueOf = (row: Row): { readonly value?: JsonValue } => {
  const { value, key, path } = row;
  if (typeof value !== 'string') return {};
  try {
    return { value: JSON.parse(value) as JsonValue };
  } catch (error) {
    throw damaged(
      `What the ledger holds of operation ${String(key)}${typeof path === 'string' ? `, ${path},` : ''}`,
      error,
    );
  }
};

/** One run, or all whose key begins with a prefix, by key. */
export function readRuns(database: DatabaseSync, prefix: string): readonly LedgerRun[] {
  return database
    .prepare('SELECT * FROM holdfast_run WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key')
    .all(prefix)
    .map(runOf);
}

/** One run by its key. */
export function readRun(database: DatabaseSync, key: string): LedgerRun | undefined {
  const row = database.prepare('SELECT * FROM holdfast_run WHERE key = ?').get(key);
  return row === undefined ? undefined : runOf(row);
}

/** The entries of a run in the order of their first writing. */
export function readEntries(database: DatabaseSync, key: string): readonly LedgerEntry[] {
  return database.prepare('SELECT * FROM holdfast_entry WHERE key = ? ORDER BY seq').all(key).map(entryOf);
}

/** Writes or replaces an entry; its place in the order stays. */
export function writeEntry(database: DatabaseSync, key: string, entry: LedgerEntry): void {
  database
    .prepare(
      `INSERT INTO holdfast_entry (key, path, kind, state, position, value, effect_id, doubt, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key, path) DO UPDATE SET kind = excluded.kind, state = excluded.state,
         position = excluded.position, value = excluded.value, effect_id = excluded.effect_id,
         doubt = excluded.doubt, at = excluded.at`,
    )
    .run(
      key,
      entry.path,
      entry.kind,
      entry.state,
      entry.position,
      text(entry.value),
      entry.effectId ?? null,
      entry.doubt ?? null,
      Math.round(entry.at),
    );
}

/** Writes a run with the fence of the claim that is valid from now on. */
export function writeRun(database: DatabaseSync, run: LedgerRun, fence: number): void {
  database
    .prepare(
      `INSERT INTO holdfast_run (key, state, starts, value, started_at, updated_at, fence)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET state = excluded.state, starts = excluded.starts, value = excluded.value,
         updated_at = excluded.updated_at, fence = excluded.fence`,
    )
    .run(
      run.key,
      run.state,
      run.starts,
      text(run.value),
      Math.round(run.startedAt),
      Math.round(run.updatedAt),
      fence,
    );
}

/** A number that no claim of this ledger has had. */
export function nextFence(database: DatabaseSync): number {
  database.exec(`UPDATE holdfast_ledger SET number = number + 1 WHERE name = 'fence'`);
  return Number(
    database.prepare(`SELECT number FROM holdfast_ledger WHERE name = 'fence'`).get()?.['number'],
  );
}

/** The fence of the valid claim of a run; undefined when there is no such run. */
export function fenceOf(database: DatabaseSync, key: string): unknown {
  return database.prepare('SELECT fence FROM holdfast_run WHERE key = ?').get(key)?.['fence'];
}

function runOf(row: Row): LedgerRun {
  return {
    key: String(row['key']),
    state: row['state'] === 'done' ? 'done' : 'running',
    starts: Number(row['starts']),
    ...valueOf(row),
    startedAt: Number(row['started_at']),
    updatedAt: Number(row['updated_at']),
  };
}

function entryOf(row: Row): LedgerEntry {
  return {
    path: String(row['path']),
    kind: row['kind'] as EntryKind,
    state: row['state'] as EntryState,
    position: Number(row['position']),
    ...valueOf(row),
    ...(typeof row['effect_id'] === 'string' ? { effectId: row['effect_id'] } : {}),
    ...(typeof row['doubt'] === 'string' ? { doubt: row['doubt'] } : {}),
    at: Number(row['at']),
  };
}
