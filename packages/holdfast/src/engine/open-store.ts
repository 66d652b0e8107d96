import { dirname } from 'node:path';
import { mkdirSync } from 'node:fs';
import type { Clock } from '@holdfast/resilience/clock';
import type { Config } from '../config/config.ts';
import { openStore } from '../store/sqlite/index.ts';
import type { StoreUpgrade } from '../store/sqlite/index.ts';
import type { Store } from '../store/port.ts';
import { HoldfastError } from '../model/error.ts';

/** The path of the embedded store's file. @throws `ERR_CONFIG_STORE` for a store of another kind */
export function storeFile(config: Config): string {
  const [, file] = /^sqlite:(.+)$/.exec(config.store) ?? [];
  if (file !== undefined) return file;
  throw new HoldfastError(
    'ERR_CONFIG_STORE',
    `The store "${config.store}" is not one that this version knows.`,
    { hint: 'Use "sqlite:holdfast.db".' },
  );
}

/** Opens the store for writing, bounded by `maxDisk`, and takes its lock. @throws `ERR_STORE_LOCKED` and the store's other errors */
export function openConfiguredStore(
  config: Config,
  clock: Clock,
  onUpgrade: (upgrade: StoreUpgrade) => void = () => undefined,
): Promise<Store> {
  const file = storeFile(config);
  const bound = config.maxDisk === null ? {} : { maxBytes: config.maxDisk };
  mkdirSync(dirname(file), { recursive: true });
  return openStore({ file, clock, ...bound, onUpgrade });
}
