import { existsSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import { HoldfastError } from '../model/error.ts';
import type { StoreReader } from '../store/port.ts';
import { lockState, openReader } from '../store/sqlite/index.ts';

/** Whether an engine owns the store of this configuration now. */
export function storeIsOwned(config: Config): boolean {
  return lockState(storeFileOf(config)) === 'owned';
}

/** Reads the store of this configuration; `reader` is null when there is none yet. */
export async function withReader<Result>(
  config: Config,
  work: (reader: StoreReader | null) => Promise<Result>,
): Promise<Result> {
  const file = storeFileOf(config);
  if (!existsSync(file)) return work(null);
  const reader = openReader({ file });
  try {
    return await work(reader);
  } finally {
    await reader.close();
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

/** The file of this configuration's store. */
export function storeFileOf({ store }: Config): string {
  return store.slice('sqlite:'.length);
}
