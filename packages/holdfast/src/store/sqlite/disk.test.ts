import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { all, Harvest, leased, page, paper } from '../testing/fixtures.ts';
import { openPlain } from './database.ts';
import { openStore, openReader } from './sqlite-store.ts';

let folder = '';
let file = '';
const clock = new VirtualClock();
const FULL = { code: 'ERR_STORE_FULL', verdict: { category: 'local' } };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  file = join(folder, 'holdfast.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Text that does not compress, so that a batch takes room. */
function noise(seed: number): string {
  let state = seed + 1;
  return Array.from({ length: 400 }, () => (state = (state * 48_271) % 2_147_483_647).toString(36)).join(' ');
}

/** Commits until the disk is full; returns how many batches were acknowledged. */
async function fill(store: Store, harvest: Harvest): Promise<number> {
  for (let batch = 0; batch < 500; batch += 1) {
    const items = Array.from({ length: 20 }, (_, index) =>
      paper({ id: `${batch}-${index}`, abstract: noise(batch * 20 + index) }),
    );
    try {
      await harvest.add(items);
    } catch (error) {
      expect(error).toMatchObject(FULL);
      expect((await store.stats()).records).toBe(batch * 20);
      return batch;
    }
  }
  throw new Error('the disk never became full');
}

test('a store that may not grow any more refuses the batch whole and says why', async () => {
  const store = await openStore({ file, clock, maxBytes: 2_000_000 });
  const harvest = new Harvest(store, await leased(store));
  const batches = await fill(store, harvest);
  expect(batches).toBeGreaterThan(0);
  // The refused batch left nothing behind: what needs no room is written all the same.
  expect(await harvest.add([])).toMatchObject({ inserted: 0 });
  expect(await all(store.verify())).toEqual([]);
  await store.close();
});

test.skipIf(process.platform === 'win32')(
  'a store that is moved away under its engine takes nothing until it is back',
  async () => {
    const store = await openStore({ file, clock });
    const harvest = new Harvest(store, await leased(store));
    await harvest.add([paper({ id: 'a' })]);
    renameSync(file, `${file}.away`);
    const gone = { code: 'ERR_STORE_GONE', verdict: { category: 'local' } };
    await expect(harvest.add([paper({ id: 'b' })])).rejects.toMatchObject(gone);
    writeFileSync(file, 'another file');
    await expect(harvest.add([paper({ id: 'b' })])).rejects.toMatchObject(gone);
    renameSync(`${file}.away`, file);
    await harvest.add([paper({ id: 'b' })]);
    expect((await store.stats()).records).toBe(2);
    await store.close();
  },
);

/** Why this machine cannot mount a small disk; null when it can. */
function whyNoMount(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  const probe = mkdtempSync(join(tmpdir(), 'holdfast-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'pipe' });
    execFileSync('umount', [probe]);
    return null;
  } catch {
    return 'this machine does not allow mounts';
  } finally {
    rmSync(probe, { recursive: true });
  }
}

test('a full disk refuses commits, and room that comes back is used without a restart', async (context) => {
  const reason = whyNoMount();
  if (reason !== null && process.env['HOLDFAST_REQUIRE_ALL'] === '1')
    throw new Error(`a full disk is not covered: ${reason}`);
  context.skip(reason !== null, reason ?? '');
  const disk = mkdtempSync(join(tmpdir(), 'holdfast-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
  try {
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(3_000_000, 1));
    const store = await openStore({ file: join(disk, 'holdfast.db'), clock });
    const harvest = new Harvest(store, await leased(store));
    const batches = await fill(store, harvest);
    await expect(store.putSource('t', 'arxiv', { reason: noise(1).repeat(200) })).rejects.toMatchObject(FULL);
    rmSync(ballast);
    expect(await harvest.add([paper({ id: 'after' })])).toMatchObject({ inserted: 1 });
    expect((await store.stats()).records).toBe(batches * 20 + 1);
    expect(await all(store.verify())).toEqual([]);
    await store.close();
  } finally {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  }
});

test('a re-harvest of unchanged records writes its window and its batch, and nothing else', async () => {
  const store = await openStore({ file, clock });
  const harvest = new Harvest(store, await leased(store));
  const place = { offset: 0, length: 1 };
  const items = [
    paper({ id: 'a', version: '1' }, '2024-01-02', { place }),
    paper({ id: 'b' }, '2024-01-02', { place, unknown: ['version', 'withdrawn'] }),
    {
      type: 'history',
      id: 'b',
      datestamp: '2024-01-02',
      place,
      version: '3',
      published: null,
      withdrawn: false,
      history: [],
    },
    {
      type: 'journal',
      id: 'a',
      datestamp: '2024-01-02',
      place,
      url: 'https://doi.org/10.1/j',
      journalRef: null,
    },
    { type: 'deleted', id: 'c', datestamp: '2024-01-02', place },
    { type: 'listed', id: 'd', datestamp: '2024-01-02', place: null },
  ] as const;
  await harvest.add(items, { page: page('first') });
  const before = tableSums();
  await harvest.add(items, { page: page('the same records in other bytes') });
  const after = tableSums();
  expect(after['batches']).not.toEqual(before['batches']);
  expect({ ...after, batches: 0, windows: 0 }).toEqual({ ...before, batches: 0, windows: 0 });
  expect(before['raw_pages']).toHaveLength(1);
  // A mere re-stamp keeps no page either.
  await harvest.add([paper({ id: 'a', version: '1' }, '2024-01-09', { place })], { page: page('re-stamp') });
  expect(tableSums()['raw_pages']).toEqual(before['raw_pages']);
  expect(tableSums()['papers']).not.toEqual(before['papers']);
  await store.close();
});

function tableSums(): Record<string, unknown> {
  const connection = openPlain(file, { readOnly: true });
  const names = connection.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite_%'",
  );
  const sums = names.map(({ name }) => [String(name), connection.all(`SELECT * FROM ${String(name)}`)]);
  connection.close();
  return Object.fromEntries(sums) as Record<string, unknown>;
}

test('what was damaged in the file is found and named', async () => {
  const store = await openStore({ file, clock });
  const harvest = new Harvest(store, await leased(store));
  const place = { offset: 0, length: 1 };
  const batches = ['a', 'b', 'c', 'd'].map((id) => `batch of ${id}`);
  for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
    const items = [paper({ id, title: id }, '2024-01-02', { place })];
    await harvest.add(items, { page: page(`page ${id}`), batchId: batches[index] ?? '' });
  }
  await store.close();
  const connection = openPlain(file);
  connection.exec(`UPDATE papers SET fields = replace(fields, '"title":"a"', '"title":"A"') WHERE id = 'a';
    UPDATE papers SET latest = 0 WHERE id = 'b';
    UPDATE raw_pages SET zstd = substr(zstd, 1, 5) WHERE number = 3;
    UPDATE raw_pages SET sha256 = 'x' WHERE number = 4;
    UPDATE windows SET cursor = 'elsewhere';
    DELETE FROM changes WHERE seq = 4;
    UPDATE tallies SET records = 9;`);
  connection.close();
  const damaged = await openStore({ file, clock });
  const findings = await all(damaged.verify());
  expect(findings.map(({ what, key }) => `${what} ${key}`)).toEqual([
    'paper s/a',
    'paper s/b',
    'paper s/d',
    'raw-page 3',
    'raw-page 4',
    'window s/list/2024-01-01..2024-01-08',
    'index tallies/s',
    'change 4',
    `commit ${batches.at(-1)}`,
    'window s/list/2024-01-01..2024-01-08',
    'change 3',
    'file sqlite_sequence/changes',
    'index s',
  ]);
  for (const { problem } of findings) expect(problem.length).toBeGreaterThan(10);
  await damaged.close();
  expect(readdirSync(folder)).toContain('holdfast.db');
});

test('a record and a window that were taken out of the file are named', async () => {
  const store = await openStore({ file, clock });
  const harvest = new Harvest(store, await leased(store));
  await harvest.add([paper({ id: 'a' }), paper({ id: 'b' })]);
  await store.close();
  const connection = openPlain(file);
  connection.exec("DELETE FROM papers WHERE id = 'b'; DELETE FROM search; DELETE FROM windows");
  connection.close();
  const reader = openReader({ file });
  const found = await all(reader.verify());
  await reader.close();
  expect(found.map(({ what, key }) => `${what} ${key}`)).toEqual([
    'window s/list/2024-01-01..2024-01-08',
    'index s',
    'paper s/b',
  ]);
});
