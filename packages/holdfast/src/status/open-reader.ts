import { existsSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import { HoldfastError } from '../model/error.ts';
import type { IntegrityFinding, StoreReader } from '../store/port.ts';
import { damageIn, lockState, openReader, verifyFile } from '../store/sqlite/index.ts';

/** Whether an engine owns the store of this configuration now. */
export function storeIsOwned(config: Config): boolean {
  return lockState(storeFileOf(config)) === 'owned';
}

/** Reads the store of this configuration; `reader` is null when there is none yet. */
export async function withReader<Result>(
  config: Config,
  work: (reader: StoreReader | null) => Promise<Result>,
): Promise<Result> {
  const reader = openOrNull(storeFileOf(config));
  try {
    return await work(reader);
  } finally {
    await reader?.close();
  }
}

/** Null where there is no store, and where a disk without room has given it a name and nothing more. */
function openOrNull(file: string): StoreReader | null {
  if (!existsSync(file)) return null;
  try {
    return openReader({ file });
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'ERR_STORE_ABSENT') return null;
    throw error;
  }
}

/**
 * Reads the store of this configuration.
 * @throws HoldfastError `ERR_STORE_ABSENT` when there is none: an empty answer would look like an empty harvest.
 */
export function withStore<Result>(
  config: Config,
  work: (reader: StoreReader) => Promise<Result>,
): Promise<Result> {
  return withReader(config, (reader) => {
    if (reader !== null) return work(reader);
    throw new HoldfastError('ERR_STORE_ABSENT', `There is no store at ${storeFileOf(config)} yet.`, {
      hint: 'Start a harvest with `holdfast run`, or name the right place with --config or --data-dir.',
    });
  });
}

/**
 * Verifies the store of this configuration without writing to it, while no engine owns it.
 * @throws HoldfastError `ERR_STORE_LOCKED`, `ERR_STORE_ABSENT`, `ERR_STORE_OLDER`, `ERR_STORE_NEWER`
 */
export function verifyAlone(config: Config): AsyncIterable<IntegrityFinding> {
  return verifyFile(storeFileOf(config));
}

/** What an error of reading the store says of its damage; null when it is another one. */
export function damageOfStore(config: Config, error: unknown): IntegrityFinding | null {
  return damageIn(storeFileOf(config), error);
}

/** The file of this configuration's store. */
export function storeFileOf({ store }: Config): string {
  return store.slice('sqlite:'.length);
}
