export { lockState } from './owner-lock.ts';
export { setAsideDamaged } from './set-aside-damaged.ts';
export { openReader, openStore } from './sqlite-store.ts';
export type { OpenStoreOptions, SqliteStore, StoreUpgrade } from './sqlite-store.ts';
export { damageIn, verifyFile } from './verify-file.ts';
