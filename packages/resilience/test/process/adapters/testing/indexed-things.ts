const OPENED = `
  const opened = (name, version, upgrade) => new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const ended = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });`;

/** An expression for a page: writes every kind of key, value and index; one value cannot be written as text. */
export const WRITE_THINGS = `(async () => {
  ${OPENED}
  (await opened('plain', 1, (database) => database.createObjectStore('nothing'))).close();
  const things = await opened('things', 7, (database) => {
    database.createObjectStore('by hand');
    database.createObjectStore('own keys', { keyPath: ['a', 'b.c'] })
      .createIndex('words', 'words', { multiEntry: true });
    database.createObjectStore('counted', { autoIncrement: true });
  });
  const secret = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']);
  const transaction = things.transaction(['by hand', 'own keys', 'counted'], 'readwrite');
  const byHand = transaction.objectStore('by hand');
  const values = {
    text: 'a "text"\\u2028\\ud83d', nothing: null, missing: undefined, not: NaN, minus: -0, big: 2n ** 70n,
    when: new Date(1000), pattern: /a\\/b/gi, list: [1, [2], undefined],
    map: new Map([[new Date(5), new Set(['x'])]]), bytes: new Uint16Array([1, 65535]),
    buffer: new Uint8Array([9, 8]).buffer, blob: new Blob(['blob'], { type: 'text/plain' }),
    file: new File(['file'], 'a.txt', { type: 'text/x', lastModified: 5 }), secret,
  };
  for (const [key, value] of Object.entries(values)) byHand.put(value, key);
  byHand.put('by date', new Date(7));
  byHand.put('by list', [1, new Uint8Array([1, 2])]);
  transaction.objectStore('own keys').put({ a: 1, b: { c: 2 }, words: ['one', 'two'] });
  transaction.objectStore('counted').put('first');
  await ended(transaction);
  things.close();
})()`;

/** An expression for a page: all of it as text, but for what cannot be written as text. */
export const DESCRIBE_THINGS = `(async () => {
  ${OPENED}
  const all = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const show = async (value) => {
    if (value instanceof Blob) return [value.constructor.name, value.type, value.name, value.lastModified, await value.text()].join();
    if (value instanceof Map || value instanceof Set || Array.isArray(value))
      return value.constructor.name + '(' + (await Promise.all([...value].map(show))).join() + ')';
    if (value instanceof Date) return 'Date ' + value.getTime();
    if (value instanceof ArrayBuffer) return 'buffer ' + new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return value.constructor.name + ' ' + value;
    if (Object.prototype.toString.call(value) === '[object Object]') return JSON.stringify(value);
    return typeof value + ' ' + (Object.is(value, -0) ? '-0' : String(value));
  };
  const lines = (await indexedDB.databases()).map(({ name, version }) => name + ' ' + version).sort();
  const things = await opened('things');
  const transaction = things.transaction(['by hand', 'own keys', 'counted'], 'readwrite');
  transaction.objectStore('counted').put('next');
  const stores = await Promise.all([...transaction.objectStoreNames].map(async (name) => {
    const store = transaction.objectStore(name);
    const [keys, values] = await Promise.all([all(store.getAllKeys()), all(store.getAll())]);
    const words = store.indexNames.contains('words') ? await all(store.index('words').getAllKeys('two')) : [];
    return { name, keys, values, words };
  }));
  things.close();
  for (const { name, keys, values, words } of stores) {
    lines.push(name + ' ' + (await show(words)));
    for (const [at, key] of keys.entries())
      if (key !== 'secret') lines.push((await show(key)) + ': ' + (await show(values[at])));
  }
  return lines;
})()`;
