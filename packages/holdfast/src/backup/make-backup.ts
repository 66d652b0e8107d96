import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HoldfastError } from '../model/error.ts';
import { openPlain } from '../store/sqlite/database.ts';
import type { Connection } from '../store/sqlite/database.ts';
import { openReader } from '../store/sqlite/index.ts';
import { storeError } from '../store/sqlite/store-error.ts';
import { readVersion } from '../version.ts';
import { assertRoomFor } from './room.ts';
import { clearLeftovers, FAILED, nameCopy, PARTIAL, retain } from './folder.ts';
import { lockFolder } from './lock.ts';
import { sidecarOf, writeSidecar } from './sidecar.ts';
import type { Sidecar } from './sidecar.ts';
import { syncFolder, syncPath } from '../store/sqlite/sync.ts';
import { differences, testCopy } from './test-copy.ts';

/** What is to be copied and where. Paths are absolute. */
export interface BackupJob {
  readonly store: string;
  /** The folder of backups, where at most one copy is made at a time. */
  readonly folder: string;
  /** Another place for this copy, which retention leaves alone; null = the folder. */
  readonly to: string | null;
  readonly keep: number;
}

/** A copy that was made and tested. */
export interface BackupReport {
  /** Whether it passed its test; otherwise it has the name of a failed one. */
  readonly ok: boolean;
  readonly file: string;
  readonly sidecar: Sidecar;
  /** Older copies that were removed. */
  readonly removed: readonly string[];
}

const BUSY_MS = 30_000;

/**
 * Copies the store as it is at one moment, also while an engine writes it, and tests the copy. It has its final name
 * only when it is whole, on the disk and has passed. `assertRoom` refuses a folder that is too full beforehand.
 * @throws HoldfastError `ERR_BACKUP_BUSY`, `ERR_BACKUP_EXISTS`, `ERR_BACKUP_ROOM` and the errors of the store.
 */
export async function makeBackup(
  job: BackupJob,
  clock: { now(): number },
  assertRoom: typeof assertRoomFor = assertRoomFor,
): Promise<BackupReport> {
  const { store, folder, to, keep } = job;
  const at = clock.now();
  // Says when there is none, or one of another version.
  await openReader({ file: store }).close();
  mkdirSync(folder, { recursive: true });
  const lock = lockFolder(folder);
  const target = to ?? nameCopy(folder, at);
  try {
    clearLeftovers(folder, store);
    if (to !== null) clearPartial(to);
    const { sidecar } = await copyAndTest(target, { store, at, clock, assertRoom });
    const file = settle(target, sidecar);
    const removed = to === null ? retain(folder, store, keep, file) : [];
    return { ok: sidecar.test.ok, file, sidecar, removed };
  } catch (error) {
    removePartial(target);
    throw storeError(error, target);
  } finally {
    lock.release();
  }
}

function clearPartial(to: string): void {
  if (existsSync(to)) {
    throw new HoldfastError('ERR_BACKUP_EXISTS', `There is a file at ${to} already; nothing was written.`, {
      hint: 'Name another file, or remove that one.',
    });
  }
  mkdirSync(dirname(to), { recursive: true });
  removePartial(to);
}

function removePartial(target: string): void {
  for (const end of [PARTIAL, `${PARTIAL}-journal`]) rmSync(target + end, { force: true });
}

interface Making {
  readonly store: string;
  /** When it was begun, wall ms. */
  readonly at: number;
  readonly clock: { now(): number };
  readonly assertRoom: typeof assertRoomFor;
}

async function copyAndTest(
  target: string,
  { store, at, clock, assertRoom }: Making,
): Promise<{ readonly sidecar: Sidecar }> {
  const partial = target + PARTIAL;
  const origin = openPlain(store, { readOnly: true, timeout: BUSY_MS });
  try {
    await assertRoom(origin, dirname(target));
    try {
      origin.run('VACUUM INTO ?', partial);
    } catch (error) {
      throw copyError(error, store, partial);
    }
    syncPath(partial);
    return { sidecar: await describe(partial, { origin, store, at, clock }) };
  } finally {
    origin.close();
  }
}

/** What failed is either what was read or what was written: a damaged store is not the copy's fault. */
function copyError(error: unknown, store: string, partial: string): unknown {
  const translated = storeError(error, partial);
  const isDamage = translated instanceof HoldfastError && translated.code === 'ERR_STORE_CORRUPT';
  return isDamage ? storeError(error, store) : translated;
}

interface Origin extends Pick<Making, 'store' | 'at' | 'clock'> {
  readonly origin: Connection;
}

async function describe(partial: string, { origin, store, at, clock }: Origin): Promise<Sidecar> {
  const reader = openReader({ file: partial });
  const copy = openPlain(partial, { readOnly: true });
  try {
    const { identity, problems: found, schemaVersion, records, sources } = await testCopy(reader);
    const problems = [...differences(origin, copy), ...found];
    return {
      format: 'holdfast-backup-1',
      at: new Date(at).toISOString(),
      store,
      madeBy: readVersion(),
      schemaVersion,
      epoch: identity.epoch,
      lastSeq: String(identity.lastSeq),
      batch: String(identity.batch),
      chain: identity.chain,
      records,
      sources,
      bytes: statSync(partial).size,
      sha256: await sha256Of(partial),
      test: { ok: problems.length === 0, at: new Date(clock.now()).toISOString(), problems },
    };
  } finally {
    copy.close();
    await reader.close();
  }
}

/** SHA-256 of a file, lower-case hex. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/** Gives the copy its name, after its sidecar: a final name says that it was tested. */
function settle(target: string, sidecar: Sidecar): string {
  const file = sidecar.test.ok ? target : target + FAILED;
  writeSidecar(file, sidecar);
  try {
    renameSync(target + PARTIAL, file);
  } catch (error) {
    rmSync(sidecarOf(file), { force: true });
    throw error;
  }
  syncFolder(dirname(file));
  return file;
}
