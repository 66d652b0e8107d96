import type { OriginState } from './browser-snapshot.ts';
import { STORAGE_CODEC } from './storage-codec.ts';

/** Key in sessionStorage by which a tab shows that its storage was restored; snapshots leave it out. */
const RESTORED = 'holdfast.restored';

const HELPERS = `
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const ended = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
`;

/**
 * An expression for a page of the origin: a promise of its OriginState. Leaves out what cannot be written as text and
 * counts it (`leftOut`).
 */
export function captureScript(options: { readonly indexedDB: boolean }): string {
  return `(async () => {
  ${STORAGE_CODEC}
  ${HELPERS}
  const textsOf = (storage) => {
    const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at));
    return Object.fromEntries(keys.filter((key) => key !== '${RESTORED}').map((key) => [key, storage.getItem(key)]));
  };
  const readStore = async (store) => {
    const { name, keyPath, autoIncrement } = store;
    const indexes = Array.from(store.indexNames, (index) => store.index(index)).map((index) => ({
      name: index.name, keyPath: index.keyPath, unique: index.unique, multiEntry: index.multiEntry,
    }));
    const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    return { name, keyPath, autoIncrement, indexes, keys, values };
  };
  const write = async ({ keys, values, ...store }) => {
    const written = await Promise.all(values.map(async (value, at) => {
      try {
        return [store.keyPath === null ? await encode(keys[at]) : null, await encode(value)];
      } catch {
        return undefined;
      }
    }));
    const records = written.filter((record) => record !== undefined);
    return { ...store, records, leftOut: values.length - records.length };
  };
  const readDatabase = async ({ name }) => {
    const database = await done(indexedDB.open(name));
    try {
      const names = Array.from(database.objectStoreNames);
      const version = database.version;
      if (names.length === 0) return { name, version, stores: [] };
      const transaction = database.transaction(names, 'readonly');
      const read = await Promise.all(names.map((store) => readStore(transaction.objectStore(store))));
      return { name, version, stores: await Promise.all(read.map(write)) };
    } finally {
      database.close();
    }
  };
  const state = {
    origin: location.origin,
    localStorage: textsOf(localStorage),
    sessionStorage: textsOf(sessionStorage),
  };
  if (!${options.indexedDB}) return state;
  const databases = await indexedDB.databases();
  return { ...state, indexedDB: await Promise.all(databases.map(readDatabase)) };
})()`;
}

/** An expression for an empty page of the origin: a promise that all of its storage but sessionStorage is as it was. */
export function restoreScript(state: OriginState): string {
  const { localStorage, indexedDB = [] } = state;
  return `(async () => {
  ${STORAGE_CODEC}
  ${HELPERS}
  for (const [key, value] of Object.entries(${literal(localStorage)})) window.localStorage.setItem(key, value);
  for (const { name, version, stores } of ${literal(indexedDB)}) {
    await done(window.indexedDB.deleteDatabase(name));
    const request = window.indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const { name, keyPath, autoIncrement, indexes } of stores) {
        const store = request.result.createObjectStore(name, { keyPath, autoIncrement });
        for (const { name, keyPath, ...how } of indexes) store.createIndex(name, keyPath, how);
      }
    };
    const database = await done(request);
    try {
      if (stores.length === 0) continue;
      const transaction = database.transaction(stores.map((store) => store.name), 'readwrite');
      const end = ended(transaction);
      for (const { name, records } of stores) {
        const store = transaction.objectStore(name);
        for (const [key, value] of records) store.put(decode(value), ...(key === null ? [] : [decode(key)]));
      }
      await end;
    } finally {
      database.close();
    }
  }
})()`;
}

/**
 * A script to run at the start of every document of a new tab: fills the sessionStorage of its origin once in the life
 * of the tab, so that what the page removes later stays removed. Undefined when there is nothing to restore.
 */
export function sessionStorageScript(origins: readonly OriginState[]): string | undefined {
  const kept = origins.filter(({ sessionStorage }) => Object.keys(sessionStorage).length > 0);
  if (kept.length === 0) return undefined;
  const texts = Object.fromEntries(kept.map(({ origin, sessionStorage }) => [origin, sessionStorage]));
  return `(() => {
  if (window.top !== window) return;
  const texts = ${literal(texts)}[location.origin];
  if (texts === undefined || sessionStorage.getItem('${RESTORED}') !== null) return;
  sessionStorage.setItem('${RESTORED}', '');
  for (const [key, value] of Object.entries(texts)) sessionStorage.setItem(key, value);
})()`;
}

/** JSON inside a script. Not as an object literal, in which a key `__proto__` would not be a key. */
function literal(value: unknown): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
}
