import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoreReader } from '../port.ts';
import { all, commitOf, leased, paper } from '../testing/fixtures.ts';
import { openPlain } from './database.ts';
import { SCHEMA_VERSION } from './migrations/index.ts';
import { lockState } from './owner-lock.ts';
import { openReader, openStore } from './sqlite-store.ts';

const CHILD = fileURLToPath(new URL('../testing/committing-child.ts', import.meta.url));
const BATCH = 10;
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
  file = join(folder, 'holdfast.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function start(): ChildProcess {
  return fork(CHILD, [file, String(BATCH)], { execArgv: ['--conditions=@holdfast/source'] });
}

/** Waits until the child has acknowledged `count` commits; returns the last one it acknowledged. */
async function acknowledged(child: ChildProcess, count: number): Promise<() => number> {
  let last = 0;
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    child.on('message', (cursor: number) => {
      last = cursor;
      seen += 1;
      if (seen === count) resolve();
    });
    child.on('exit', () => reject(new Error('the child ended before it had committed')));
  });
  return () => last;
}

/** The cursor, after it was proved that exactly its rows are there. */
async function provedCursor(store: StoreReader): Promise<number> {
  const cursor = Number((await store.windows('s'))[0]?.cursor ?? '');
  const ids = (await all(store.export({}))).map((each) => each.fields.id);
  expect(ids).toEqual(Array.from({ length: cursor * BATCH }, (_, index) => `p${index}`));
  expect((await store.stats()).records).toBe(cursor * BATCH);
  return cursor;
}

test('after kill -9 at any moment the rows are those of the cursor, and nothing acknowledged is lost', async () => {
  const kills = 20;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = start();
    const last = await acknowledged(child, 1 + (kill % 7));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(lockState(file)).toBe('free');
    const reader = openReader({ file });
    expect(await provedCursor(reader)).toBeGreaterThanOrEqual(last());
    await reader.close();
  }
  const store = await openStore({ file, clock: new VirtualClock() });
  expect(await all(store.verify())).toEqual([]);
  await store.close();
}, 120_000);

test('a store whose log was cut at any byte opens with the commits before the cut, whole', async () => {
  const clock = new VirtualClock();
  const store = await openStore({ file, clock });
  const lease = await leased(store);
  for (let cursor = 0; cursor < 6; cursor += 1) {
    const items = Array.from({ length: BATCH }, (_, index) => paper({ id: `p${cursor * BATCH + index}` }));
    const prev = cursor === 0 ? '' : String(cursor);
    await store.commit(commitOf(lease, { prev, next: { cursor: String(cursor + 1) }, items }));
  }
  const [db, wal] = [readFileSync(file), readFileSync(`${file}-wal`)];
  await store.close();
  const cursors = new Set<number>();
  const cuts = 60;
  for (let cut = 0; cut <= cuts; cut += 1) {
    const copy = join(folder, `cut-${cut}.db`);
    writeFileSync(copy, db);
    writeFileSync(`${copy}-wal`, wal.subarray(0, Math.floor((wal.length * cut) / cuts)));
    const connection = openPlain(copy);
    const version = connection.get('PRAGMA user_version')?.['user_version'];
    connection.close();
    // Cut so early that not even the schema was there, or not all of it.
    if (version !== SCHEMA_VERSION) continue;
    const reader = openReader({ file: copy });
    if ((await reader.windows('s')).length > 0) cursors.add(await provedCursor(reader));
    await reader.close();
  }
  expect([...cursors].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
}, 60_000);

test('of two engines one owns the store, the other is told so, and a reader disturbs neither', async () => {
  const clock = new VirtualClock();
  expect(lockState(file)).toBe('free');
  const store = await openStore({ file, clock });
  expect(lockState(file)).toBe('owned');
  await expect(openStore({ file, clock })).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' });
  const child = fork(CHILD, [file], { execArgv: ['--conditions=@holdfast/source'], silent: true });
  let message = '';
  child.stderr?.on('data', (text: Buffer) => (message += text.toString()));
  await once(child, 'exit');
  expect(child.exitCode).toBe(1);
  expect(message).toContain('ERR_STORE_LOCKED');
  await leased(store);
  await store.close();
  expect(lockState(file)).toBe('free');
  await (await openStore({ file, clock })).close();
}, 60_000);

test('a copy of the file together with its log is a whole store', async () => {
  const store = await openStore({ file, clock: new VirtualClock() });
  await store.commit(commitOf(await leased(store), { items: [paper({ id: 'a' })] }));
  const copy = join(folder, 'copy.db');
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  const reader = openReader({ file: copy });
  expect(await reader.show('a')).toHaveLength(1);
  await reader.close();
  await store.close();
});
