import type { Lease, NewWindow, WindowUpdate } from '../port.ts';
import { fenced } from '../rules/fenced.ts';
import { createWindow, updateWindow } from '../rules/window-rules.ts';
import type { Connection } from './database.ts';
import { big, text, textOrNull, number, toWindow } from './rows.ts';

const INSERT = `INSERT OR IGNORE INTO windows (key, source, stream, from_day, to_day, lane, state, look, cursor, next_at,
  attempts, reason, server_date, looked_at, records, pages) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const MOVE = `UPDATE windows SET lane = ?, state = ?, look = ?, cursor = ?, next_at = ?, attempts = ?, reason = ?,
  server_date = ?, looked_at = ?, records = ?, pages = ?
  WHERE key = ? AND owner = ? AND fence = ? AND cursor = ?`;

/** Creates windows that do not exist yet. */
export function planWindows(connection: Connection, windows: readonly NewWindow[]): void {
  for (const each of windows) {
    const w = createWindow(each);
    // prettier-ignore
    connection.run(INSERT, w.key, w.source, w.stream, w.from, w.to, w.lane, w.state, w.look, w.cursor, w.nextAt,
      w.attempts, w.reason, w.serverDate, w.lookedAt, w.records, w.pages);
  }
}

/** Takes a window's lease; null when it does not exist or another owner's lease is alive at `now`. */
export function claimWindow(
  connection: Connection,
  { owner, window: key, ttlMs }: { owner: string; window: string; ttlMs: number },
  now: number,
): Lease | null {
  const row = connection.getBig('SELECT * FROM windows WHERE key = ?', key);
  if (!row) return null;
  const holder = textOrNull(row, 'owner');
  if (holder !== null && holder !== owner && number(row, 'lease_until') > now) return null;
  // One count for all windows, so that a window that is dropped and created again never repeats a fence.
  const counter = connection.getBig(
    "UPDATE counters SET value = value + 1 WHERE name = 'fence' RETURNING value",
  );
  const fence = big(counter ?? {}, 'value');
  connection.run(
    'UPDATE windows SET owner = ?, fence = ?, lease_until = ? WHERE key = ?',
    owner,
    fence,
    now + ttlMs,
    key,
  );
  return { window: toWindow(row), owner, fence };
}

/** Prolongs a lease; false when it no longer stands. */
export function renewWindow(connection: Connection, lease: Lease, until: number): boolean {
  const { window, owner, fence } = lease;
  const sql = 'UPDATE windows SET lease_until = ? WHERE key = ? AND owner = ? AND fence = ?';
  return connection.run(sql, until, window.key, owner, fence) === 1;
}

/** Gives a lease back, if it still stands. */
export function releaseWindow(connection: Connection, { window, owner, fence }: Lease): void {
  const sql = 'UPDATE windows SET owner = NULL, lease_until = 0 WHERE key = ? AND owner = ? AND fence = ?';
  connection.run(sql, window.key, owner, fence);
}

/** Gives all leases back. */
export function freeWindows(connection: Connection): void {
  connection.run('UPDATE windows SET owner = NULL, lease_until = 0 WHERE owner IS NOT NULL');
}

/**
 * Moves a window where lease, fence and previous cursor match; it is the first write of every commit.
 * @throws HoldfastError `ERR_STORE_FENCED` when they do not.
 */
export function moveWindow(connection: Connection, lease: Lease, prev: string, next: WindowUpdate): void {
  const { key } = lease.window;
  const row = connection.get('SELECT * FROM windows WHERE key = ?', key);
  if (!row) throw fenced(key, 'it was dropped');
  const w = updateWindow(toWindow(row), next);
  // prettier-ignore
  const moved = connection.run(MOVE, w.lane, w.state, w.look, w.cursor, w.nextAt, w.attempts, w.reason, w.serverDate,
    w.lookedAt, w.records, w.pages, key, lease.owner, lease.fence, prev);
  if (moved === 1) return;
  throw fenced(
    key,
    text(row, 'cursor') === prev ? 'it was claimed again or released' : 'its cursor has moved',
  );
}

/** Deletes a window. */
export function dropWindow(connection: Connection, key: string): void {
  connection.run('DELETE FROM windows WHERE key = ?', key);
}
