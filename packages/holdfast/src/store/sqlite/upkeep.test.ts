import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Maintained, MaintainOptions, Store } from '../port.ts';
import { all, commitOf, Harvest, leased, noise, page, paper } from '../testing/fixtures.ts';
import { openPlain } from './database.ts';
import type { Connection } from './database.ts';
import { openReader, openStore } from './sqlite-store.ts';

const CHILD = fileURLToPath(new URL('../testing/maintaining-child.ts', import.meta.url));
const MB = 1_000_000;
const NOW = Date.UTC(2026, 10, 22);
const clock = new VirtualClock({ start: NOW });
const EVERYTHING: MaintainOptions = { now: NOW, keepRawMs: 0, limit: 100 };
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-upkeep-'));
  file = join(folder, 'holdfast.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Commits pages that do not compress, `megabytes` each. */
async function harvestPages(store: Store, count: number, megabytes: number): Promise<void> {
  const harvest = new Harvest(store, await leased(store));
  for (let index = 0; index < count; index += 1) {
    const items = [paper({ id: `p${index}` }, '2024-01-02', { place: { offset: 0, length: 9 } })];
    const bytes = noise(index, megabytes * MB);
    await harvest.add(items, { page: { ...page(''), bytes, fetchedAt: NOW - 1000 + index } });
  }
}

/** Upkeep step by step until nothing is left to do at once. */
async function maintainAll(store: Store): Promise<readonly Maintained[]> {
  const steps: Maintained[] = [];
  do steps.push(await store.maintain(EVERYTHING));
  while (steps.at(-1)?.more === true);
  return steps;
}

/** A reader that stays on the state of this moment, as a database browser does. */
function longReader(): Connection {
  const connection = openPlain(file, { readOnly: true });
  connection.exec('BEGIN');
  connection.get('SELECT count(*) FROM papers');
  return connection;
}

test('free space beyond what is kept goes back to the disk, step by step', async () => {
  const store = await openStore({ file, clock });
  expect(store.durability.settings).toMatchObject({ auto_vacuum: 2 });
  await harvestPages(store, 12, 10);
  await maintainAll(store);
  const { bytes, freeBytes, walBytes } = await store.stats();
  expect(bytes + walBytes).toBeLessThan(90 * MB);
  expect(freeBytes).toBeGreaterThan(60 * MB);
  expect(freeBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
  expect(await all(store.verify())).toEqual([]);
  await store.close();
  expect(statSync(file).size).toBeLessThan(80 * MB);
});

test('a step gives back a bounded part, and says that there is more', async () => {
  const store = await openStore({ file, clock });
  await harvestPages(store, 12, 10);
  const [first, ...rest] = await maintainAll(store);
  expect(first).toMatchObject({ rawPagesDropped: 12, more: true });
  expect(first?.bytesFreed).toBeGreaterThanOrEqual(16 * MB);
  expect(first?.bytesFreed).toBeLessThan(18 * MB);
  expect(rest.length).toBeGreaterThan(1);
  expect(rest.at(-1)).toMatchObject({ more: false });
  await store.close();
});

test('a store of before keeps its free space for reuse until it is compacted, and gives it back from then on', async () => {
  const older = openPlain(file);
  older.exec('PRAGMA page_size = 16384; CREATE TABLE t (a); DROP TABLE t');
  older.close();
  const store = await openStore({ file, clock });
  expect(store.durability.settings).toMatchObject({ auto_vacuum: 0 });
  await harvestPages(store, 12, 10);
  expect(await maintainAll(store)).toMatchObject([{ rawPagesDropped: 12, bytesFreed: 0, more: false }]);
  expect((await store.stats()).freeBytes).toBeGreaterThan(100 * MB);
  expect(await store.compact()).toBeGreaterThan(100 * MB);
  expect(await store.stats()).toMatchObject({ freeBytes: 0, walBytes: 0 });
  expect(statSync(file).size).toBeLessThan(3 * MB);
  expect(await all(store.verify())).toEqual([]);
  await store.close();
  const again = await openStore({ file, clock });
  expect(again.durability.settings).toMatchObject({ auto_vacuum: 2 });
  await again.close();
});

test('a log beyond its bound is written back, unless a reader needs it: then nobody waits for that reader', async () => {
  const store = await openStore({ file, clock });
  await leased(store);
  const reader = longReader();
  await harvestPages(store, 8, 10);
  const kept: MaintainOptions = { now: NOW, keepRawMs: null, limit: 1 };
  expect((await store.maintain(kept)).walBytes).toBeGreaterThan(64 * 1024 * 1024);
  expect((await store.diskSamples())[0]?.bytes).toBeGreaterThan(64 * 1024 * 1024);
  reader.close();
  // Only the day's sample is in it.
  expect((await store.maintain(kept)).walBytes).toBeLessThan(MB);
  await store.close();
});

test('file and log stay within the budget together, also while a reader holds the log', async () => {
  const maxBytes = 4 * MB;
  const store = await openStore({ file, clock, maxBytes });
  const harvest = new Harvest(store, await leased(store));
  const size = (): number => statSync(file).size + statSync(`${file}-wal`).size;
  let batches = 0;
  /** Commits until there is no room; returns what was said. */
  const fill = async (): Promise<string> => {
    for (; batches < 1000; batches += 1) {
      const abstract = noise(batches, 20_000).toString('hex');
      try {
        await harvest.add([paper({ id: `p${batches}`, abstract })]);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_STORE_FULL', verdict: { category: 'local' } });
        return (error as Error).message;
      }
      expect(size()).toBeLessThanOrEqual(maxBytes);
    }
    throw new Error('the budget was never used up');
  };
  const reader = longReader();
  expect(await fill()).toMatch(/has been reading it for long keeps 3 MB/);
  const held = batches;
  expect(held).toBeGreaterThan(4);
  await expect(store.maintain(EVERYTHING)).rejects.toMatchObject({ code: 'ERR_STORE_FULL' });
  expect((await store.stats()).walBytes).toBeGreaterThan(MB);
  reader.close();
  expect(await fill()).toMatch(/database or disk is full/);
  expect(batches).toBeGreaterThan(held + 10);
  expect(size()).toBeLessThanOrEqual(maxBytes);
  expect((await store.stats()).records).toBe(batches);
  expect(await all(store.verify())).toEqual([]);
  await store.close();
});

test('dropped pages are noted as few ranges, and a page that is missing otherwise is found', async () => {
  const store = await openStore({ file, clock });
  const harvest = new Harvest(store, await leased(store));
  const place = { offset: 0, length: 1 };
  for (const [index, age] of [5, 1, 9, 3, 7].entries()) {
    const fetchedAt = NOW - age;
    await harvest.add([paper({ id: `p${index}` }, '2024-01-02', { place })], {
      page: { ...page(`page ${index}`), fetchedAt },
    });
  }
  const ranges = (): readonly unknown[] => {
    const connection = openPlain(file, { readOnly: true });
    try {
      return connection
        .all('SELECT first, last FROM dropped_pages ORDER BY first')
        .map((row) => Object.values(row));
    } finally {
      connection.close();
    }
  };
  const seen: unknown[] = [];
  for (let step = 0; step < 4; step += 1) {
    await store.maintain({ ...EVERYTHING, limit: 1 });
    seen.push(ranges());
    expect(await all(store.verify())).toEqual([]);
  }
  const three = [3, 3];
  expect(seen).toEqual([
    [three],
    [three, [5, 5]],
    [[1, 1], three, [5, 5]],
    [
      [1, 1],
      [3, 5],
    ],
  ]);
  await store.close();
  const connection = openPlain(file);
  connection.exec('DELETE FROM raw_pages');
  connection.close();
  const reader = openReader({ file });
  expect(await all(reader.verify())).toEqual([
    { what: 'paper', key: 's/p1', problem: 'its raw page is not there' },
  ]);
  await reader.close();
});

test('after kill -9 at any moment of upkeep every incident is counted once', async () => {
  const size = 50;
  const kills = process.env['HOLDFAST_TEST_FULL'] === '1' ? 12 : 3;
  let known = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = fork(CHILD, [file, String(size)], { execArgv: ['--conditions=@holdfast/source'] });
    let last = known;
    for (let round = 0; round <= kill % 4; round += 1) [last] = (await once(child, 'message')) as [number];
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const reader = openReader({ file });
    const totals = await reader.incidentTotals('1970-01-01');
    const count = totals.reduce((sum, total) => sum + total.count, 0) + (await reader.incidents()).length;
    expect(count % size).toBe(0);
    known = count / size;
    expect(known).toBeGreaterThanOrEqual(last);
    expect(await all(reader.verify())).toEqual([]);
    await reader.close();
  }
  const store = await openStore({ file, clock });
  await store.commit(commitOf(await leased(store, { stream: 'after' })));
  await store.maintain({ ...EVERYTHING, now: 100 * 86_400_000 });
  expect((await store.incidentTotals('1970-01-01')).reduce((sum, { count }) => sum + count, 0)).toBe(
    known * size,
  );
  await store.close();
}, 120_000);
