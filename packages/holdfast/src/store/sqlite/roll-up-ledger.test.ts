import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Maintained, Store } from '../port.ts';
import { all, Harvest, leased, paper } from '../testing/fixtures.ts';
import { openPlain } from './database.ts';
import { openReader, openStore } from './sqlite-store.ts';

const CHILD = fileURLToPath(new URL('../testing/rolling-child.ts', import.meta.url));
const KILLS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 12 : 2;
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 12);
const clock = new VirtualClock({ start: NOW });
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  file = join(folder, 'holdfast.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Three batches on each of so many days, the last of them today. */
async function harvestDays(store: Store, days: number): Promise<Harvest> {
  const harvest = new Harvest(store, await leased(store));
  for (let batch = 0; batch < days * 3; batch += 1) {
    const at = NOW - (days - 1 - Math.floor(batch / 3)) * DAY_MS;
    await harvest.add([paper({ id: `p${batch}` })], { batchId: `batch-${batch}`, at });
  }
  return harvest;
}

async function rollUp(store: Store): Promise<readonly Maintained[]> {
  const steps: Maintained[] = [];
  do steps.push(await store.maintain({ now: NOW, keepRawMs: null, limit: 10 }));
  while (steps.at(-1)?.more === true);
  return steps;
}

function rowsOf(sql: string): readonly (readonly unknown[])[] {
  const connection = openPlain(file, { readOnly: true });
  try {
    return connection.arrays(sql);
  } finally {
    connection.close();
  }
}

function damage(sql: string): void {
  const connection = openPlain(file);
  connection.exec(sql);
  connection.close();
}

async function named(): Promise<readonly string[]> {
  const reader = openReader({ file });
  try {
    return (await all(reader.verify())).map(({ what, key }) => `${what} ${key}`);
  } finally {
    await reader.close();
  }
}

test('batches older than 30 days become a segment a day, and the ledger goes on as before', async () => {
  const store = await openStore({ file, clock });
  const harvest = await harvestDays(store, 34);
  const before = await store.identity();
  const steps = await rollUp(store);
  expect(steps.map(({ batchesRolledUp, more }) => [batchesRolledUp, more])).toEqual([
    [3, true],
    [3, true],
    [3, false],
  ]);
  expect(await store.identity()).toEqual(before);
  expect(rowsOf('SELECT day, first_batch, last_batch, first_seq, last_seq FROM segments')).toEqual([
    ['2026-10-20', 1n, 3n, 0n, 3n],
    ['2026-10-21', 4n, 6n, 3n, 6n],
    ['2026-10-22', 7n, 9n, 6n, 9n],
  ]);
  expect(rowsOf('SELECT batch_id FROM batches')).toHaveLength(93);
  await harvest.add([paper({ id: 'later' })], { at: NOW });
  expect(await all(store.verify())).toEqual([]);
  await store.close();
});

test('a store all of whose batches are rolled up verifies, and its windows go on from where they were', async () => {
  const store = await openStore({ file, clock });
  const harvest = new Harvest(store, await leased(store));
  for (const id of ['a', 'b']) await harvest.add([paper({ id })], { at: NOW - 40 * DAY_MS });
  const other = new Harvest(store, await leased(store, { stream: 'other' }));
  await other.add([], { at: NOW - 39 * DAY_MS, drop: true });
  await rollUp(store);
  expect(rowsOf('SELECT * FROM batches')).toEqual([]);
  expect(rowsOf('SELECT window_key FROM window_ends')).toEqual([['s/list/2024-01-01..2024-01-08']]);
  await harvest.add([paper({ id: 'c' })], { at: NOW });
  expect(await all(store.verify())).toEqual([]);
  await store.close();
});

test('what is damaged in a part of the ledger that was rolled up is found', async () => {
  const store = await openStore({ file, clock });
  await harvestDays(store, 34);
  await rollUp(store);
  await store.close();
  expect(await named()).toEqual([]);
  damage("UPDATE changes SET at = at + 1 WHERE seq = 5; UPDATE window_ends SET cursor = 'x'");
  const found = await named();
  expect(found).toContain('change 5');
  expect(found).toContain('commit segments/2');
  expect(found).toContain('window s/list/2024-01-01..2024-01-08');
  damage('DELETE FROM segments WHERE number = 1');
  expect(await named()).toContain('commit segments/2');
});

test('a batch that does not fit the chain or the feed is not rolled up: damage stays to be seen', async () => {
  const store = await openStore({ file, clock });
  await harvestDays(store, 34);
  await store.close();
  damage("UPDATE batches SET next = 'x' WHERE number = 5");
  const again = await openStore({ file, clock });
  expect((await rollUp(again)).reduce((sum, { batchesRolledUp }) => sum + batchesRolledUp, 0)).toBe(4);
  damage("UPDATE changes SET hash = 'x' WHERE seq = 6");
  expect((await rollUp(again)).at(-1)).toMatchObject({ batchesRolledUp: 0, more: false });
  expect((await all(again.verify())).map(({ what, key }) => `${what} ${key}`)).toContain('commit batch-4');
  await again.close();
});

test('after kill -9 in the middle of a roll-up the store verifies and keeps what was acknowledged', async () => {
  let rolledUp = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = fork(CHILD, [file], { execArgv: ['--conditions=@holdfast/source'] });
    let batches = 0;
    for (let round = 0; round <= kill % 3; round += 1) [batches] = (await once(child, 'message')) as [number];
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(await named()).toEqual([]);
    const reader = openReader({ file });
    expect(Number((await reader.identity()).batch)).toBeGreaterThanOrEqual(batches);
    await reader.close();
    rolledUp = rowsOf('SELECT * FROM segments').length;
  }
  expect(rolledUp).toBeGreaterThanOrEqual(KILLS);
}, 60_000);
