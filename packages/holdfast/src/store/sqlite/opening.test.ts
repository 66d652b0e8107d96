import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { all, commitOf, leased, noise, paper } from '../testing/fixtures.ts';
import { assertSafeVersion, openConnection, openPlain } from './database.ts';
import { checkFileSystem, judgeFileSystem } from './file-system.ts';
import { migrations, SCHEMA_VERSION } from './migrations/index.ts';
import { openReader, openStore } from './sqlite-store.ts';
import type { StoreUpgrade } from './sqlite-store.ts';
import { transaction } from './transaction.ts';

let folder = '';
let file = '';
const clock = new VirtualClock({ start: Date.UTC(2026, 10, 22, 12) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-opening-'));
  file = join(folder, 'holdfast.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A store as an older build left it: its schema and a paper in two versions. */
function writeOlder(version: number): void {
  const connection = openConnection(file);
  for (const step of migrations.slice(0, version)) {
    transaction(connection, () => {
      connection.exec(step.sql);
      connection.exec(`PRAGMA user_version = ${step.version}`);
    });
  }
  const insert = `INSERT INTO papers (seq, record, born, source, id, version, latest, datestamp, hash, hash_version, fields)
    VALUES (?, 1, ?, 's', 'a', ?, ?, ?, 'h', 1, '{"id":"a","title":"quantum","abstract":null,"authors":[],"categories":[],"urls":{}}')`;
  for (const [seq, version_, latest] of [
    [1, '1', 0],
    [2, '2', 1],
  ] as const) {
    connection.run(insert, seq, seq, version_, latest, `2024-01-0${seq}`);
    connection.run("INSERT INTO changes (kind, source, id, hash, at) VALUES ('new', 's', 'a', 'h', 1)");
  }
  if (version >= 2)
    connection.run("INSERT INTO tallies (source, records, newest) VALUES ('s', 1, '2024-01-02')");
  connection.close();
}

test('every setting is reported as SQLite reads it back, and the store calls itself durable', async () => {
  const store = await openStore({ file, clock });
  expect(store.durability).toMatchObject({
    engine: 'sqlite',
    durable: true,
    settings: {
      journal_mode: 'wal',
      synchronous: 2,
      page_size: 16_384,
      fullfsync: 1,
      checkpoint_fullfsync: 1,
      busy_timeout: 5000,
      wal_autocheckpoint: 1000,
      journal_size_limit: 67_108_864,
      cache_size: -64_000,
      mmap_size: 0,
    },
  });
  await store.close();
  // Opened again the same settings hold; some builds of SQLite then fall back to a weaker one.
  const again = await openStore({ file, clock });
  expect(again.durability).toEqual(store.durability);
  expect(again.copyBeforeUpgrade).toBeNull();
  await again.close();
});

test('a setting that does not hold is refused', () => {
  const connection = openPlain(file);
  connection.exec('PRAGMA page_size = 4096; CREATE TABLE t (a); ');
  connection.close();
  expect(() => openConnection(file)).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNSAFE' }));
});

test('SQLite below 3.51.3 may not write', () => {
  for (const version of ['3.51.2', '3.50.7', '3.7.0', '2.99.99']) {
    expect(() => assertSafeVersion(version)).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNSAFE' }));
  }
  for (const version of ['3.51.3', '3.52.0', '3.100.0', '4.0.0'])
    expect(() => assertSafeVersion(version)).not.toThrow();
});

test('a network file system is refused, FUSE is doubtful', () => {
  for (const type of [0x6969, 0xff534d42, 0xfe534d42, 0x01021997, 0xff534d42 | 0]) {
    expect(() => checkFileSystem(file, type)).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNSAFE' }));
  }
  expect(checkFileSystem(file, 0x65735546)).toContain('FUSE');
  expect(judgeFileSystem(0xef53)).toBe('local');
});

test.for(Array.from({ length: SCHEMA_VERSION - 1 }, (_, index) => index + 1))(
  'a store of schema %i is upgraded, after a whole copy of it was put beside it',
  async (version) => {
    writeOlder(version);
    const before = existsSync(`${file}-wal`);
    expect(before).toBe(false);
    expect(() => openReader({ file })).toThrow(expect.objectContaining({ code: 'ERR_STORE_OLDER' }));
    const store = await openStore({ file, clock });
    const copy = `${file}.before-v${SCHEMA_VERSION}-2026-11-22`;
    expect(store.copyBeforeUpgrade).toBe(copy);
    expect((await store.stats()).perSource).toMatchObject([
      { source: 's', records: 1, newestDatestamp: '2024-01-02' },
    ]);
    expect(await store.index(10)).toBe(0);
    expect(await store.search('quantum')).toHaveLength(1);
    await store.commit(commitOf(await leased(store), { items: [paper({ id: 'b' })] }));
    expect((await store.stats()).records).toBe(2);
    await store.close();
    const copied = openPlain(copy, { readOnly: true });
    expect(copied.get('PRAGMA user_version')).toMatchObject({ user_version: version });
    expect(copied.get('SELECT count(*) AS n FROM papers')).toMatchObject({ n: 2 });
    copied.close();
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  },
);

test('an upgrade that is interrupted again and again leaves one copy, that of the store as it was', async () => {
  writeOlder(3);
  const [copy, unfinished] = [
    `${file}.before-v${SCHEMA_VERSION}-2026-11-22`,
    `${file}.before-v${SCHEMA_VERSION}.unfinished`,
  ];
  const told: StoreUpgrade[] = [];
  const onUpgrade = (upgrade: StoreUpgrade): unknown => told.push(upgrade);
  // A row that cannot be upgraded stands for the kill.
  const broken = openPlain(file);
  broken.exec("INSERT INTO batches VALUES (1, 'b', 'w', 1, '', '', 7, 0, 2, '{}', 1)");
  broken.close();
  for (let life = 0; life < 3; life += 1)
    await expect(openStore({ file, clock, onUpgrade })).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT' });
  expect(told.map(({ state }) => state)).toEqual(['begun', 'begun', 'begun']);
  const copies = (): string[] => readdirSync(folder).filter((name) => name.includes('before-'));
  expect(copies()).toEqual([basename(unfinished)]);
  const mended = openPlain(file);
  mended.exec('DELETE FROM batches');
  mended.close();
  await (await openStore({ file, clock, onUpgrade })).close();
  expect(told.at(-1)).toEqual({ state: 'ended', copy });
  expect(copies()).toEqual([basename(copy)]);
  // Killed between its last step and the name of the copy.
  renameSync(copy, unfinished);
  await (await openStore({ file, clock })).close();
  expect(copies()).toEqual([basename(copy)]);
});

test('a store whose budget is used up is upgraded all the same, and then takes no more', async () => {
  writeOlder(1);
  const store = await openStore({ file, clock, maxBytes: 100_000 });
  expect((await store.stats()).schemaVersion).toBe(SCHEMA_VERSION);
  const reason = noise(1, 400_000).toString('hex');
  await expect(store.putSource('t', 'arxiv', { reason })).rejects.toMatchObject({ code: 'ERR_STORE_FULL' });
  await store.close();
});

test('a place where no file can be opened is told as trouble of the disk', async () => {
  mkdirSync(`${file}.lock`);
  await expect(openStore({ file, clock })).rejects.toMatchObject({ code: 'ERR_STORE_IO' });
});

test('a store of a newer schema is refused and not touched', async () => {
  await (await openStore({ file, clock })).close();
  const connection = openPlain(file);
  connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  connection.close();
  const before = readFileSync(file);
  await expect(openStore({ file, clock })).rejects.toMatchObject({ code: 'ERR_STORE_NEWER' });
  expect(() => openReader({ file })).toThrow(expect.objectContaining({ code: 'ERR_STORE_NEWER' }));
  expect(readFileSync(file)).toEqual(before);
});

test('a reader of a store that does not exist says so and creates nothing', () => {
  expect(() => openReader({ file })).toThrow(expect.objectContaining({ code: 'ERR_STORE_ABSENT' }));
  expect(readdirSync(folder)).toEqual([]);
});

test('a reader cannot write', async () => {
  const store = await openStore({ file, clock });
  const connection = openConnection(file, { readOnly: true });
  expect(() => connection.exec('DELETE FROM papers')).toThrow(expect.objectContaining({ errcode: 8 }));
  connection.close();
  expect(await all(store.verify())).toEqual([]);
  await store.close();
});

/** The store as a process left it that died in a transaction without a log, as before the log is set up. */
async function writeWithHotJournal(): Promise<void> {
  const origin = join(folder, 'origin.db');
  const store = await openStore({ file: origin, clock });
  const items = Array.from({ length: 50 }, (_, index) => paper({ id: `p${index}` }));
  await store.commit(commitOf(await leased(store), { items }));
  await store.close();
  const connection = openPlain(origin);
  connection.exec('PRAGMA journal_mode = delete; PRAGMA cache_size = 1; BEGIN IMMEDIATE');
  connection.exec("UPDATE papers SET datestamp = '2099-01-01'; PRAGMA user_version = 77");
  // More than the cache holds, so that pages of the transaction are in the file already.
  connection.exec('CREATE TABLE ballast (bytes); INSERT INTO ballast VALUES (randomblob(4000000))');
  copyFileSync(origin, file);
  copyFileSync(`${origin}-journal`, `${file}-journal`);
  connection.close();
}

test.each(['engine', 'reader'])(
  'a store that was left with a journal to roll back is opened by the %s that comes next',
  async (who) => {
    await writeWithHotJournal();
    expect(() => openConnection(file, { readOnly: true }).get('PRAGMA user_version')).toThrow(/readonly/);
    const store = who === 'engine' ? await openStore({ file, clock }) : openReader({ file });
    const papers = await all(store.export({}));
    expect(papers).toHaveLength(50);
    expect(papers.filter(({ datestamp }) => datestamp === '2099-01-01')).toEqual([]);
    await store.close();
    expect(existsSync(`${file}-journal`)).toBe(false);
  },
);
