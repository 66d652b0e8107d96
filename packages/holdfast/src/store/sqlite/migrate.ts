import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError } from '../../model/error.ts';
import { copyStore, freeName } from './copy-store.ts';
import { openPlain } from './database.ts';
import type { Connection } from './database.ts';
import { migrations, SCHEMA_VERSION } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { isHotJournal, storeError } from './store-error.ts';
import { syncFolder } from './sync.ts';
import { transaction } from './transaction.ts';

/**
 * Brings the schema up to this build's, one transaction a step, after a copy of the file beside it. The copy has a name of
 * its own until the upgrade is over: one that was interrupted again and again leaves one copy, and not one for each try.
 * @param today the day (`YYYY-MM-DD`) in the copy's name.
 * @returns the path of the copy; null when none was needed.
 */
export function migrate(connection: Connection, file: string, today: string): string | null {
  const version = versionOf(connection);
  const unfinished = `${file}.before-v${SCHEMA_VERSION}.unfinished`;
  const settle = (): string | null => settleCopy(unfinished, `${file}.before-v${SCHEMA_VERSION}-${today}`);
  if (version > SCHEMA_VERSION) throw newer(file, version);
  if (version === SCHEMA_VERSION) return settle();
  if (version > 0) {
    // An earlier try got further than its copy: that one is of another schema, and stays.
    if (copiedVersion(unfinished) < version) settle();
    rmSync(unfinished, { force: true });
    copyStore(connection, unfinished);
  }
  for (const step of migrations.slice(version)) upgrade(connection, file, step);
  return settle();
}

function upgrade(connection: Connection, file: string, step: Migration): void {
  try {
    transaction(connection, () => {
      connection.exec(step.sql);
      step.run?.(connection);
      connection.exec(`PRAGMA user_version = ${step.version}`);
    });
  } catch (cause) {
    // A value that no build ever wrote.
    if (!(cause instanceof RangeError || cause instanceof TypeError)) throw cause;
    throw new HoldfastError(
      'ERR_STORE_CORRUPT',
      `The store ${file} cannot be upgraded, because a row of it is damaged: ${cause.message}.`,
      { hint: 'Nothing was changed. Restore the last backup (holdfast restore).', cause },
    );
  }
}

/** Gives the copy its final name; null when there is none. */
function settleCopy(unfinished: string, name: string): string | null {
  if (!existsSync(unfinished)) return null;
  const copy = freeName(name);
  renameSync(unfinished, copy);
  syncFolder(dirname(copy));
  return copy;
}

/** The schema of a copy; that of no store when there is none, or it cannot be read. */
function copiedVersion(copy: string): number {
  if (!existsSync(copy)) return Number.POSITIVE_INFINITY;
  try {
    return readSchemaVersion(copy);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * Looks at a file's schema before anything of it is touched.
 * @returns 0 when there is no store yet.
 * @throws HoldfastError `ERR_STORE_NEWER` when a newer build wrote it.
 */
export function peekVersion(file: string): number {
  if (!existsSync(file)) return 0;
  const version = readSchemaVersion(file);
  if (version > SCHEMA_VERSION) throw newer(file, version);
  return version;
}

/**
 * A process that died while it created the store, or moved it to its log, leaves a journal that has to be rolled
 * back before anything can be read. Only a connection that may write does that; it changes nothing else.
 */
function readSchemaVersion(file: string, readOnly = true): number {
  let connection: Connection | null = null;
  try {
    connection = openPlain(file, { readOnly, timeout: 5000 });
    return versionOf(connection);
  } catch (error) {
    if (readOnly && isHotJournal(error)) return readSchemaVersion(file, false);
    throw storeError(error, file);
  } finally {
    connection?.close();
  }
}

function versionOf(connection: Connection): number {
  return Number(connection.get('PRAGMA user_version')?.['user_version']);
}

function newer(file: string, version: number): HoldfastError {
  return new HoldfastError(
    'ERR_STORE_NEWER',
    `The store ${file} has schema ${version}, which is newer than this version's ${SCHEMA_VERSION}; nothing was touched.`,
    { hint: 'Install the newer version again, or restore the copy that was made before the upgrade.' },
  );
}
