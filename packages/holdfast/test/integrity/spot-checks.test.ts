import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SpotChecks } from '../../src/engine/spot-checks.ts';
import type { IntegrityFinding, SpotPlace, StoreReader } from '../../src/store/port.ts';
import { CHECKED } from '../../src/store/sqlite/row-check.ts';
import { openPlain } from '../../src/store/sqlite/database.ts';
import { openReader, openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Harvest, leased, paper } from '../../src/store/testing/fixtures.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { makeSampleStore } from './sample-store.ts';

const samples = mkdtempSync(join(tmpdir(), 'holdfast-spots-'));
const sample = join(samples, 'sample.db');
beforeAll(() => makeSampleStore(sample));
afterAll(() => rmSync(samples, { recursive: true, force: true }));
let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-spots-'));
  file = join(folder, 'holdfast.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One whole round, so many rows at a time. */
async function round(reader: Pick<StoreReader, 'spotCheck'>, rows = 7): Promise<readonly IntegrityFinding[]> {
  const found: IntegrityFinding[] = [];
  let place: SpotPlace | null = null;
  for (let turns = 0; turns < 2_000; turns += 1) {
    const { findings, next }: Awaited<ReturnType<StoreReader['spotCheck']>> = await reader.spotCheck(
      place,
      rows,
    );
    found.push(...findings);
    if (next === null) return found;
    place = next;
  }
  throw new Error('the round does not end');
}

async function roundOf(path: string, rows?: number): Promise<readonly IntegrityFinding[]> {
  const reader = openReader({ file: path });
  try {
    return await round(reader, rows);
  } finally {
    await reader.close();
  }
}

function damage(sql: string): number {
  const db = openPlain(file);
  try {
    db.exec(sql);
    return Number(db.all('SELECT changes() AS n')[0]?.['n']);
  } finally {
    db.close();
  }
}

describe('a round of spot checks', () => {
  test.each([1, 7, 50, 10_000])('finds nothing in a store that is whole, %s rows at a time', async (rows) => {
    copyFileSync(sample, file);
    expect(await roundOf(file, rows)).toEqual([]);
  });

  test.each(Object.keys(CHECKED))('finds a damaged check in the table %s', async (table) => {
    copyFileSync(sample, file);
    const db = openPlain(file);
    const rowid = db.all(`SELECT count(*) AS n FROM ${table}`)[0]?.['n'];
    db.close();
    expect(rowid).toBeGreaterThan(0);
    expect(damage(`UPDATE ${table} SET crc = crc + 1`)).toBeGreaterThan(0);
    expect(await roundOf(file)).not.toEqual([]);
  });

  test.each([
    ['the feed, changed', "UPDATE changes SET id = id || 'x' WHERE seq = 2", 'change'],
    ['the feed, a hole', 'DELETE FROM changes WHERE seq = 2', 'change'],
    ['the feed, cut off', 'DELETE FROM changes WHERE seq = (SELECT max(seq) FROM changes)', 'change'],
    [
      'the chain',
      'UPDATE batches SET at = at + 1 WHERE number = (SELECT max(number) FROM batches)',
      'commit',
    ],
    [
      'the cursor of a window, with its check',
      "UPDATE windows SET cursor = cursor || 'beyond' WHERE key IN (SELECT window_key FROM batches)",
      'window',
    ],
    ['the text of a paper', "UPDATE papers SET fields = replace(fields, 'a', 'b')", 'paper'],
  ])('finds %s', async (_, sql, what) => {
    copyFileSync(sample, file);
    expect(damage(sql)).toBeGreaterThan(0);
    expect((await roundOf(file)).map((finding) => finding.what)).toContain(what);
  });

  test('sees each row of a store in memory, and one that has changed', async () => {
    const store = new MemoryStore({ clock: new VirtualClock({ start: 0 }) });
    const harvest = new Harvest(store, await leased(store));
    await harvest.add(Array.from({ length: 20 }, (_, index) => paper({ id: `p${String(index)}` })));
    expect(await round(store)).toEqual([]);
  });
});

test('beside an engine that commits, a flipped bit opens one incident within a round; a clean round ends it', async () => {
  const clock = new VirtualClock({ start: Date.UTC(2026, 10, 22) });
  const store = await openStore({ file, clock });
  const told: (string | null)[] = [];
  const checks = new SpotChecks({ store, clock, isBusy: () => false, onResult: (each) => told.push(each) });
  const whole = async (): Promise<void> => {
    const before = told.length;
    for (let steps = 0; steps < 200 && told.length === before; steps += 1) await checks.step();
  };
  try {
    const harvest = new Harvest(store, await leased(store));
    for (let page = 0; page < 4; page += 1)
      await harvest.add(
        Array.from({ length: 100 }, (_, index) => paper({ id: `p${String(page)}-${String(index)}` })),
      );
    await whole();
    expect(told).toEqual([null]);
    damage("UPDATE papers SET datestamp = '2024-01-03' WHERE id = 'p2-50'");
    await harvest.add([paper({ id: 'later' })]);
    await whole();
    expect(told[1]).toContain('paper s/p2-50');
    expect(told[1]).toContain('holdfast verify');
    // Round after round it is the same incident, told once.
    for (let steps = 0; steps < 60; steps += 1) await checks.step();
    expect(told).toHaveLength(2);
    damage("UPDATE papers SET datestamp = '2024-01-02' WHERE id = 'p2-50'");
    await whole();
    expect(told).toEqual([null, told[1], null]);
    checks.verified([{ what: 'paper', key: 's/x', problem: 'is damaged' }]);
    checks.verified([]);
    expect(told.slice(3)).toEqual([expect.stringContaining('paper s/x'), null]);
  } finally {
    await store.close();
  }
});

test('a check costs the same however large the store is: so many rows, and no more', async () => {
  const asked: number[] = [];
  const clock = new VirtualClock({ start: 0 });
  const ending = new AbortController();
  const checks = new SpotChecks({
    store: {
      spotCheck: (_, rows) => {
        asked.push(rows);
        return Promise.resolve({ findings: [], next: { part: 0, after: [asked.length] } });
      },
    },
    clock,
    isBusy: () => asked.length > 60,
    onResult: () => undefined,
  });
  const run = checks.run(ending.signal);
  await clock.advance(10 * 60_000);
  ending.abort();
  await run;
  expect(new Set(asked)).toEqual(new Set([25]));
  expect(asked.length).toBeGreaterThan(60);
  // Each 5 s, each 20 s while records come in.
  expect(asked.length).toBeLessThan(90);
});
