import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import { endDamage, openDamage } from '../store/end-damage.ts';
import { openPlain } from '../store/sqlite/database.ts';
import { openReader, openStore } from '../store/sqlite/index.ts';
import { peekVersion } from '../store/sqlite/migrate.ts';
import { SCHEMA_VERSION } from '../store/sqlite/migrations/index.ts';
import { takeOwnerLock } from '../store/sqlite/owner-lock.ts';
import { renewEpoch } from '../store/sqlite/renew-epoch.ts';
import { storeError } from '../store/sqlite/store-error.ts';
import { dueWindows, lookAgain } from './look-again.ts';
import { sha256Of } from './make-backup.ts';
import { putInPlace } from './put-in-place.ts';
import { assertRoomFor } from './room.ts';
import { readSidecar } from './sidecar.ts';
import type { SidecarSource } from './sidecar.ts';
import { testCopy } from './test-copy.ts';

/** What is put back, and how. Paths are absolute. */
export interface RestoreOptions {
  readonly backup: string;
  readonly store: string;
  readonly clock: Clock;
  readonly uniqueId: () => string;
  /** Recent days of a source are looked at again until they are so old. */
  readonly overlapDays: (source: string) => number;
}

/** A store that was put back. */
export interface Restored {
  /** Where the store of before is now; null when there was none. */
  readonly replaced: string | null;
  readonly epoch: string;
  readonly lastSeq: bigint;
  readonly records: number;
  readonly sources: readonly SidecarSource[];
  /** Windows that are looked at once more, besides everything after the watermarks. */
  readonly windowsDue: number;
}

const INCOMING = '.incoming';
const BUSY_MS = 5_000;

/**
 * Puts a copy of a backup in the place of the store, which is kept beside it. The backup itself is only read. A kill at
 * any moment leaves the store of before or the new one; the same call again finishes.
 * @throws HoldfastError `ERR_STORE_LOCKED` while an engine owns the store, `ERR_BACKUP_ABSENT`, `ERR_BACKUP_DAMAGED`,
 * `ERR_BACKUP_SAME`, `ERR_STORE_NEWER` and the errors of the disk.
 */
export async function restoreStore(options: RestoreOptions): Promise<Restored> {
  const { backup, store, clock } = options;
  if (backup === store) {
    throw new HoldfastError('ERR_BACKUP_SAME', `${backup} is the store itself.`, {
      hint: 'Name a copy that holdfast backup made.',
    });
  }
  if (peekBackup(backup) === 0) {
    const what = existsSync(backup)
      ? `${backup} is no backup of a store.`
      : `There is no backup at ${backup}.`;
    throw new HoldfastError('ERR_BACKUP_ABSENT', what, {
      hint: 'holdfast backup --list shows those of the configured folder.',
    });
  }
  const lock = takeOwnerLock(store);
  try {
    clearIncoming(store);
    await assertUnchanged(backup);
    const incoming = store + INCOMING;
    await copyIn(backup, incoming);
    const made = await makeReady(incoming, options);
    const replaced = putInPlace(incoming, store, clock.now());
    return { ...made, replaced };
  } finally {
    clearIncoming(store);
    lock.release();
  }
}

function peekBackup(backup: string): number {
  try {
    return peekVersion(backup);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'ERR_STORE_CORRUPT')
      throw damaged(backup, [error.message]);
    throw error;
  }
}

/** Where a sidecar tells what the file was, it must be that still. */
async function assertUnchanged(backup: string): Promise<void> {
  const sidecar = readSidecar(backup);
  if (sidecar === null) return;
  const found = await sha256Of(backup);
  if (found === sidecar.sha256) return;
  throw damaged(backup, [`its file has the SHA-256 ${found}, but ${sidecar.sha256} was noted`]);
}

/** A copy of the copy, with what its log may hold: a store that was put aside has one. */
async function copyIn(backup: string, incoming: string): Promise<void> {
  const origin = openPlain(backup, { readOnly: true, timeout: BUSY_MS });
  try {
    await assertRoomFor(origin, dirname(incoming));
    origin.run('VACUUM INTO ?', incoming);
  } catch (error) {
    const translated = storeError(error, backup);
    const isDamage = translated instanceof HoldfastError && translated.code === 'ERR_STORE_CORRUPT';
    throw isDamage ? damaged(backup, [translated.message]) : translated;
  } finally {
    origin.close();
  }
}

/** Makes the copy the store that it is to be: an older schema is brought up to ours, everything is verified. */
async function makeReady(incoming: string, options: RestoreOptions): Promise<Omit<Restored, 'replaced'>> {
  const { backup, clock, uniqueId, overlapDays } = options;
  const epoch = uniqueId().replaceAll('-', '');
  if (peekVersion(incoming) < SCHEMA_VERSION) await (await openStore({ file: incoming, clock })).close();
  const { tested, due, isDamageKnown } = await examine(incoming, overlapDays);
  if (tested.problems.length > 0) throw damaged(backup, tested.problems);
  if (due.length > 0 || isDamageKnown) {
    const store = await openStore({ file: incoming, clock });
    try {
      await lookAgain(store, due, { uniqueId, now: clock.now() });
      await endDamage(store, { at: clock.now(), what: 'restored from a backup that was verified' });
    } finally {
      await store.close();
    }
  }
  renewEpoch(incoming, epoch);
  const { identity, records, sources } = tested;
  return { epoch, lastSeq: identity.lastSeq, records, sources, windowsDue: due.length };
}

async function examine(incoming: string, overlapDays: RestoreOptions['overlapDays']) {
  const reader = openReader({ file: incoming });
  try {
    const tested = await testCopy(reader);
    const due = await dueWindows(reader, overlapDays);
    return { tested, due, isDamageKnown: (await openDamage(reader)).length > 0 };
  } finally {
    await reader.close();
  }
}

/** What an interrupted restore left, and what opening a copy leaves beside it. */
function clearIncoming(store: string): void {
  const folder = dirname(store);
  if (!existsSync(folder)) return;
  const start = basename(store) + INCOMING;
  for (const name of readdirSync(folder).filter((each) => each.startsWith(start)))
    rmSync(join(folder, name), { force: true });
}

function damaged(backup: string, problems: readonly string[]): HoldfastError {
  const shown = problems.slice(0, 5).join('\n  ');
  const more = problems.length > 5 ? `\n  and ${String(problems.length - 5)} more` : '';
  return new HoldfastError(
    'ERR_BACKUP_DAMAGED',
    `The backup ${backup} is damaged; nothing was changed:\n  ${shown}${more}`,
    { hint: 'Restore another one (holdfast backup --list), or harvest into a new folder (--data-dir).' },
  );
}
