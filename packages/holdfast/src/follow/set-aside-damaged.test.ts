import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
