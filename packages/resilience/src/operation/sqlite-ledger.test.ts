import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { classify } from '../classify/classify.ts';
import { ledgerConformance } from './conformance.ts';
import type { Ledger, LedgerClaim, LedgerEntry } from './ledger.ts';
import { journalFor } from './sqlite-file.ts';
import { sqliteLedger } from './sqlite.ts';
import type { SqliteTx } from './sqlite.ts';

ledgerConformance<SqliteTx>('sqliteLedger', {
  fresh: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
    const file = join(folder, 'deep', 'ledger.db');
    return {
      open: () => sqliteLedger(file),
      read: async (key) => {
        const database = new DatabaseSync(file, { readOnly: true });
        const row = database.prepare('SELECT value FROM numbers WHERE key = ?').get(key);
        database.close();
        return row?.['value'] as number | undefined;
      },
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
  write: (tx, key, value) => {
    tx.run('CREATE TABLE IF NOT EXISTS numbers (key TEXT PRIMARY KEY, value INTEGER) STRICT');
    tx.run('INSERT OR REPLACE INTO numbers VALUES (?, ?)', key, value);
  },
});

let folder: string;
let file: string;
let ledger: Ledger<SqliteTx>;
let claim: LedgerClaim<SqliteTx>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  file = join(folder, 'ledger.db');
  ledger = sqliteLedger(file);
  claim = await ledger.claim('a');
});

afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

const save = (path: string, position = 0): LedgerEntry => ({
  path,
  kind: 'commit',
  state: 'done',
  position,
  at: 0,
});

test('is written ahead, and synced at each commit', async () => {
  let settings: unknown[] = [];
  await claim.commit(save('look'), (tx) => {
    settings = [
      tx.get('PRAGMA journal_mode')?.['journal_mode'],
      tx.get('PRAGMA synchronous')?.['synchronous'],
    ];
  });
  const { sqlite } = process.versions;
  const { mode, synchronous } = journalFor(sqlite ?? '0');
  expect(settings).toEqual([mode, synchronous]);
});

test('where a shared log may lose commits, a journal is used that does not', () => {
  expect(journalFor('3.51.3')).toEqual({ mode: 'wal', synchronous: 2 });
  expect(journalFor('3.53.0')).toEqual({ mode: 'wal', synchronous: 2 });
  expect(journalFor('4.0.0')).toEqual({ mode: 'wal', synchronous: 2 });
  expect(journalFor('3.51.2')).toEqual({ mode: 'delete', synchronous: 3 });
  expect(journalFor('3.50.7')).toEqual({ mode: 'delete', synchronous: 3 });
});

test('a commit writes, reads its own writes, and learns what it changed', async () => {
  await claim.commit(save('save'), (tx) => {
    tx.run('CREATE TABLE papers (id INTEGER PRIMARY KEY, title TEXT) STRICT');
    expect(tx.run('INSERT INTO papers (title) VALUES (?), (?)', 'one', 'two')).toEqual({
      changes: 2,
      lastInsertRowid: 2,
    });
    expect(tx.get('SELECT title FROM papers WHERE id = ?', 2)).toEqual({ title: 'two' });
    expect(tx.all('SELECT id FROM papers ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

test('an asynchronous commit is refused, with nothing written then or later', async () => {
  let late: unknown;
  const over = Promise.withResolvers<void>();
  await claim.commit(save('table'), (tx) => void tx.run('CREATE TABLE t (n) '));
  const refused = claim.commit(save('save', 1), async (tx) => {
    tx.run('INSERT INTO t VALUES (1)');
    await Promise.resolve();
    try {
      tx.run('INSERT INTO t VALUES (2)');
    } catch (error) {
      late = error;
      throw error;
    } finally {
      over.resolve();
    }
  });
  await expect(refused).rejects.toMatchObject({ code: 'ERR_LEDGER_ASYNC_WRITE' });
  await over.promise;
  expect(late).toMatchObject({ code: 'ERR_LEDGER_TRANSACTION' });
  await claim.commit(save('count', 1), (tx) =>
    expect(tx.get('SELECT count(*) AS n FROM t')).toEqual({ n: 0 }),
  );
  expect((await ledger.entries('a')).map(({ path }) => path)).toEqual(['table', 'count']);
});

test('a commit that ends its transaction itself is told so', async () => {
  const ended = claim.commit(save('save'), (tx) => void tx.run('COMMIT'));
  await expect(ended).rejects.toMatchObject({ code: 'ERR_LEDGER_TRANSACTION' });
  await claim.put(save('next', 1));
});

test('a full disk is a local failure, loses nothing, and the ledger goes on when there is space again', async () => {
  await claim.put(save('before'));
  const filling = claim.commit(save('save', 1), (tx) => {
    const pages = Number(tx.get('PRAGMA page_count')?.['page_count']);
    // The limit is the connection's own, which is opened anew after a failure.
    tx.get(`PRAGMA max_page_count = ${pages + 2}`);
    tx.run('CREATE TABLE t (b BLOB)');
    for (let row = 0; row < 50; row += 1) tx.run('INSERT INTO t VALUES (zeroblob(4000))');
  });
  const error: unknown = await filling.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ERR_LEDGER_WRITE', cause: { errcode: 13 } });
  expect(classify(error)).toMatchObject({ category: 'local' });
  expect((await ledger.entries('a')).map(({ path }) => path)).toEqual(['before']);
  await claim.put(save('after', 1));
  expect((await ledger.entries('a')).map(({ path }) => path)).toEqual(['before', 'after']);
});

test('an error of the caller’s own statement goes up as it is', async () => {
  const broken = claim.commit(save('save'), (tx) => void tx.run('INSERT INTO nowhere VALUES (1)'));
  await expect(broken).rejects.toMatchObject({ code: 'ERR_SQLITE_ERROR', errcode: 1 });
});

test('another writer of the file is waited for', async () => {
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  let polls = 0;
  const waiting = sqliteLedger(file, {
    clock: {
      now: () => 0,
      monotonic: () => 0,
      boot: () => 0,
      timer: () => ({ cancel: () => {} }),
      sleep: async () => {
        polls += 1;
        if (polls === 3) other.exec('COMMIT');
      },
    },
  });
  await (await waiting.claim('b')).put(save('x'));
  expect(polls).toBeGreaterThanOrEqual(3);
  other.close();
  await waiting.close();
});

test('two ledgers on one file exclude each other', async () => {
  const other = sqliteLedger(file);
  await expect(other.claim('a')).rejects.toMatchObject({ code: 'ERR_OPERATION_BUSY' });
  await claim.release();
  const taken = await other.claim('a');
  await expect(claim.put(save('x'))).rejects.toMatchObject({ code: 'ERR_LEDGER_FENCED' });
  await expect(ledger.claim('a')).rejects.toMatchObject({ code: 'ERR_OPERATION_BUSY' });
  await taken.release();
  await other.close();
});

test('where the locks were deleted, the fence still voids the former claim', async () => {
  rmSync(`${file}-locks`, { recursive: true });
  const other = sqliteLedger(file);
  const later = await other.claim('a');
  await expect(claim.put(save('x'))).rejects.toMatchObject({ code: 'ERR_LEDGER_FENCED' });
  await later.put(save('y'));
  expect((await ledger.entries('a')).map(({ path }) => path)).toEqual(['y']);
  await other.close();
});

test('a file of a later version is refused', async () => {
  await ledger.close();
  const database = new DatabaseSync(file);
  database.exec(`UPDATE holdfast_ledger SET number = 2 WHERE name = 'schema'`);
  database.close();
  const newer = sqliteLedger(file);
  await expect(newer.runs()).rejects.toMatchObject({ code: 'ERR_LEDGER_VERSION' });
});

test('what is no ledger, or holds what cannot be read, is told with its name', async () => {
  const text = join(folder, 'text.db');
  writeFileSync(text, 'a letter, not a database. '.repeat(100));
  const none = sqliteLedger(text);
  await expect(none.runs()).rejects.toMatchObject({
    code: 'ERR_LEDGER_DAMAGED',
    message: expect.stringContaining(text),
  });
  await claim.put({ ...save('x'), value: 1 });
  const database = new DatabaseSync(file);
  database.exec(`UPDATE holdfast_entry SET value = '{oops'`);
  database.close();
  const error: unknown = await ledger.entries('a').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ERR_LEDGER_DAMAGED', message: expect.stringContaining('a, x,') });
  expect(classify(error)).toMatchObject({ category: 'local', safeToReplay: 'no' });
});

test('locks that cannot be made are a failure of the ledger, not of the operation', async () => {
  const noFolder = join(folder, 'file');
  writeFileSync(noFolder, '');
  const refused = { code: 'ERR_LEDGER_WRITE', verdict: { category: 'local' } };
  await expect(sqliteLedger(join(noFolder, 'ledger.db')).claim('a')).rejects.toMatchObject(refused);
  const locked = join(folder, 'locked.db');
  writeFileSync(`${locked}-locks`, '');
  await expect(sqliteLedger(locked).claim('a')).rejects.toMatchObject(refused);
  const asFolder = join(folder, 'folder.db');
  mkdirSync(asFolder);
  await expect(sqliteLedger(asFolder).claim('a')).rejects.toMatchObject(refused);
});

test.each(['', ':memory:', undefined])('%j is no path of a ledger', (path) => {
  expect(() => sqliteLedger(path as string)).toThrow('Option path must be that of a file');
});
