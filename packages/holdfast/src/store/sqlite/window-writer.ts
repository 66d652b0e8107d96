import type { Commit, Lease, NewWindow, PageEvidence } from '../port.ts';
import { addEvidence, evidenceOf } from '../rules/evidence-rules.ts';
import { fenced } from '../rules/fenced.ts';
import { createWindow, updateWindow } from '../rules/window-rules.ts';
import type { Connection } from './database.ts';
import { insertChecked, updateChecked } from './row-check.ts';
import { big, textOrNull, number, toEvidence, toWindow } from './rows.ts';

const INSERT = insertChecked('windows', 'INSERT OR IGNORE');
const ADOPT = updateChecked('windows', { lane: '?1' }, "key = ?2 AND lane = 'repair'");
const CLAIM = updateChecked('windows', { owner: '?1', fence: '?2', lease_until: '?3' }, 'key = ?4');
const RENEW = updateChecked('windows', { lease_until: '?1' }, 'key = ?2 AND owner = ?3 AND fence = ?4');
const NOBODY = { owner: 'NULL', lease_until: '0' };
const RELEASE = updateChecked('windows', NOBODY, 'key = ?1 AND owner = ?2 AND fence = ?3');
const FREE = updateChecked('windows', NOBODY, 'owner IS NOT NULL');
const NEXT_FENCE = `${updateChecked('counters', { value: 'value + 1' }, "name = 'fence'")} RETURNING value`;
const MOVE = updateChecked(
  'windows',
  // prettier-ignore
  { lane: '?1', state: '?2', look: '?3', cursor: '?4', next_at: '?5', attempts: '?6', reason: '?7', server_date: '?8',
    looked_at: '?9', records: '?10', pages: '?11', evidence: '?12' },
  'key = ?13 AND owner = ?14 AND fence = ?15 AND cursor = ?16',
);

/**
 * Creates windows that do not exist yet; those that come out of another one begin with its evidence. One that existed to
 * repair what another covers takes its place: from now on it is all that covers these days.
 */
export function planWindows(
  connection: Connection,
  windows: readonly NewWindow[],
  evidence: readonly PageEvidence[] = [],
): void {
  for (const each of windows) {
    const w = createWindow(each);
    // prettier-ignore
    const made = connection.run(INSERT, w.key, w.source, w.stream, w.from, w.to, w.lane, w.state, w.look, w.cursor, w.nextAt,
      w.attempts, w.reason, w.serverDate, w.lookedAt, w.records, w.pages, JSON.stringify(evidence), null, 0, 0);
    if (made === 0) connection.run(ADOPT, w.lane, w.key);
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
  const fence = big(connection.getBig(NEXT_FENCE) ?? {}, 'value');
  connection.run(CLAIM, owner, fence, now + ttlMs, key);
  return { window: toWindow(row), owner, fence };
}

/** Prolongs a lease; false when it no longer stands. */
export function renewWindow(connection: Connection, lease: Lease, until: number): boolean {
  const { window, owner, fence } = lease;
  return connection.run(RENEW, until, window.key, owner, fence) === 1;
}

/** Gives a lease back, if it still stands. */
export function releaseWindow(connection: Connection, { window, owner, fence }: Lease): void {
  connection.run(RELEASE, window.key, owner, fence);
}

/** Gives all leases back. */
export function freeWindows(connection: Connection): void {
  connection.run(FREE);
}

/** What a window remembers after a commit, and the SHA-256 of the commit's page ('' without one). */
export interface Moved {
  readonly evidence: readonly PageEvidence[];
  readonly sha256: string;
}

/**
 * Moves a window where lease, fence and previous cursor match; it is the first write of every commit.
 * @throws HoldfastError `ERR_STORE_FENCED` when they do not.
 */
export function moveWindow(connection: Connection, lease: Lease, { prev, next, page }: Commit): Moved {
  const { key } = lease.window;
  const row = connection.get('SELECT * FROM windows WHERE key = ?', key);
  if (!row) throw fenced(key, 'it was dropped');
  const window = toWindow(row);
  const w = updateWindow(window, next);
  const fresh = page && evidenceOf(page, window.look);
  const evidence = addEvidence(toEvidence(row), fresh);
  // prettier-ignore
  const moved = connection.run(MOVE, w.lane, w.state, w.look, w.cursor, w.nextAt, w.attempts, w.reason, w.serverDate,
    w.lookedAt, w.records, w.pages, JSON.stringify(evidence), key, lease.owner, lease.fence, prev);
  if (moved === 1) return { evidence, sha256: fresh?.sha256 ?? '' };
  throw fenced(key, window.cursor === prev ? 'it was claimed again or released' : 'its cursor has moved');
}

/** Deletes a window. */
export function dropWindow(connection: Connection, key: string): void {
  connection.run('DELETE FROM windows WHERE key = ?', key);
}
