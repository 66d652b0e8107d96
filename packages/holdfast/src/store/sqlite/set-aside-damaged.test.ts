import { existsSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlain } from './database.ts';
import { setAsideDamaged } from './set-aside-damaged.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-aside-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a state file that holds something else is set aside, and a new one is begun', async () => {
  const file = join(folder, 'state.db');
  writeFileSync(file, 'something else'.repeat(100));
  expect(setAsideDamaged(folder)).toBe(`${file}.damaged`);
  expect(existsSync(file)).toBe(false);
  const state = sqliteState(folder, { clock: new VirtualClock() });
  await state.update('key', () => 1);
  await state.close();
  expect(setAsideDamaged(folder)).toBeNull();
});

test('no file, and one that has a name and nothing more, stay as they are', () => {
  expect(setAsideDamaged(folder)).toBeNull();
  writeFileSync(join(folder, 'state.db'), '');
  expect(setAsideDamaged(folder)).toBeNull();
});

test.each([0.999, 0.8, 0.6, 0.4, 0.2, 0.01])(
  'one of which %d is left is set aside, and a new one is begun',
  async (share) => {
    const file = join(folder, 'state.db');
    const clock = new VirtualClock();
    const before = sqliteState(folder, { clock });
    for (let key = 0; key < 200; key += 1) await before.update(`key ${String(key)}`, () => 'x'.repeat(200));
    await before.close();
    truncateSync(file, Math.floor(statSync(file).size * share));
    expect(setAsideDamaged(folder)).toBe(`${file}.damaged`);
    const after = sqliteState(folder, { clock });
    await after.update('key 7', () => 1);
    await after.close();
    expect(setAsideDamaged(folder)).toBeNull();
  },
);

test('a sound one stays, while another process holds it for writing as well', async () => {
  const state = sqliteState(folder, { clock: new VirtualClock() });
  await state.update('key', () => 1);
  const other = openPlain(join(folder, 'state.db'));
  other.exec('BEGIN IMMEDIATE');
  expect(setAsideDamaged(folder)).toBeNull();
  other.close();
  await state.close();
});
